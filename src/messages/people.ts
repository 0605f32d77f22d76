/** Who holds which role, and the customer's contacts outside. */
import type { Contact, MigrationRecord } from "../domain/migrations/record.ts";
import {
  EXTERNAL_ROLES,
  MEMBER_ROLES,
  type MemberRole,
  type Person,
  type PersonSummary,
} from "../domain/people/person.ts";
import { roleName } from "../domain/people/role-names.ts";
import type { Form } from "./form.ts";
import type { Button, ChecklistLine, Message, Section } from "./message.ts";
import { personFields } from "./sections/fields.ts";
import { button, primary } from "./sections/steps.ts";
import { capital, counted, KEEP_OUT, short } from "./wording.ts";

interface PeopleShown {
  readonly people: readonly PersonSummary[];
  /** The migration at hand; null when there is none. */
  readonly record: MigrationRecord | null;
  readonly viewer: Person;
}

/** Every role with those who hold it, "nobody yet" where it is empty, and the contacts outside. */
export function peopleMessage({ people, record, viewer }: PeopleShown): Message {
  const members = people.filter(({ kind }) => kind === "member");
  const empty = MEMBER_ROLES.filter((role) => !members.some(({ roles }) => roles.includes(role)));
  return {
    headline:
      empty.length === 0
        ? "Every role has somebody who holds it."
        : `${counted(empty.length, "role has", "roles have")} nobody yet: ${empty.map(roleName).join(", ")}.`,
    tone: empty.length === 0 ? "good" : "attention",
    sections: [
      { title: "Roles", checklist: MEMBER_ROLES.map((role) => roleLine(role, members)) },
      ...(viewer.profile.isAdministrator ? [administration(members)] : []),
      ...contactSections(record),
    ],
    footnote:
      "Roles belong to the organization and are granted by administrators of the workspace. Contacts outside never sign here.",
  };
}

function roleLine(role: MemberRole, members: readonly PersonSummary[]): ChecklistLine {
  const names = members.filter(({ roles }) => roles.includes(role)).map(({ name }) => name);
  return {
    mark: names.length === 0 ? "open" : "done",
    text: [{ strong: `${capital(roleName(role))}: ` }, names.length === 0 ? "–" : names.join(", ")],
    state: names.length === 0 ? "nobody yet" : counted(names.length, "person", "people"),
  };
}

function administration(members: readonly PersonSummary[]): Section {
  const held = members.flatMap(({ id, name, roles }) => roles.map((role) => ({ id, name, role })));
  const grant = primary(button("Grant a role", { type: "GrantRole" }));
  if (held.length === 0) return { title: "Administration", actions: [grant] };
  const choices = held.map(({ id, name, role }) => ({
    label: short(`${short(name, 40)}: ${roleName(role)}`, 75),
    command: { type: "WithdrawRole", person: id, role } as const,
  }));
  return { title: "Administration", actions: [grant, { label: "Take a role away", choices }] };
}

function contactSections(record: MigrationRecord | null): readonly Section[] {
  if (record === null) return [];
  const add: Button = button("Add a contact", { type: "EditContact", migration: record.id });
  const title = short(`Contacts of ${record.customer}`, 140);
  if (record.contacts.length === 0) {
    return [
      {
        title,
        lines: ["Nobody yet. Add the customer's compliance officer first."],
        actions: [add],
      },
    ];
  }
  const fields = record.contacts.map((contact) => ({
    label: capital(roleName(contact.role)),
    value: contactText(contact),
  }));
  return [{ title, fields, ...(record.state === "open" ? { actions: [add] } : {}) }];
}

function contactText({ name, title, organisation, email }: Contact): string {
  return `${name}, ${title}, ${organisation} (${email})`;
}

/** Asks who gets which role. */
export function grantRoleForm(): Form {
  return {
    title: "Grant a role",
    intro: [{ lines: ["Nobody grants a signing role to themselves. The grant is recorded."] }],
    fields: [
      { id: "person", type: "user", label: "Who gets the role?", required: true },
      {
        id: "role",
        type: "choice",
        label: "Which role?",
        required: true,
        options: MEMBER_ROLES.map((id) => ({ id, label: capital(roleName(id)) })),
      },
    ],
    submit: "Grant",
    command: { type: "SaveRole" },
  };
}

/** Confirms a grant. */
export function roleGranted(granted: {
  readonly person: Pick<PersonSummary, "name" | "roles">;
  readonly role: MemberRole;
}): Message {
  const { person, role } = granted;
  return {
    headline: `${short(person.name, 60)} is ${roleName(role)} now.`,
    tone: "good",
    sections: [
      {
        fields: [
          { label: "All roles of this person", value: person.roles.map(roleName).join(", ") },
        ],
        actions: [
          button("Grant another", { type: "GrantRole" }),
          button("People and roles", { type: "ShowPeople" }),
        ],
      },
    ],
  };
}

/** Asks for a person outside: typed in, never picked from the workspace. */
export function contactForm(record: MigrationRecord): Form {
  const wanted =
    EXTERNAL_ROLES.find((role) => !record.contacts.some((contact) => contact.role === role)) ??
    EXTERNAL_ROLES[0];
  return {
    title: "Contact outside",
    intro: [
      {
        title: short(record.customer, 100),
        lines: [
          "A contact gets no account and no rights here. A new one replaces the old one of that role.",
        ],
      },
    ],
    fields: [
      {
        id: "role",
        type: "choice",
        label: "What is this person for the customer?",
        required: true,
        options: EXTERNAL_ROLES.map((id) => ({ id, label: short(capital(roleName(id)), 75) })),
        value: wanted,
      },
      ...personFields({ prefix: "", required: true, given: null, label: capital }),
    ],
    submit: "Save",
    command: { type: "SaveContact", migration: record.id },
    footnote: KEEP_OUT,
  };
}

/** Confirms that a contact was kept, with all of them. */
export function contactSaved(record: MigrationRecord): Message {
  return {
    headline: `Saved. ${short(record.customer, 60)} has ${counted(record.contacts.length, "contact")} outside.`,
    tone: "good",
    sections: [
      ...contactSections(record),
      { actions: [primary(button("Next step", { type: "ShowNext", migration: record.id }))] },
    ],
  };
}
