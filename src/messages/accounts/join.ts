/** Joining workspaces to an organization: the code, what is asked before, and what happened. */
import type { Instant, Sha256 } from "../../domain/ids.ts";
import type { OrganisationSummary } from "../../domain/organisations/joining.ts";
import type { Person, Surface } from "../../domain/people/person.ts";
import { roleName } from "../../domain/people/role-names.ts";
import type { Form } from "../form.ts";
import type { Message, Section } from "../message.ts";
import { listed, short } from "../wording.ts";

const CHATS: Readonly<Record<Surface, string>> = {
  slack: "Slack",
  teams: "Teams",
  web: "web chat",
};

type Workspace = OrganisationSummary["workspaces"][number] & {
  /** As the platform calls it now; null: it did not say. */
  readonly name: string | null;
};

/** An organization with the names of its workspaces. */
export interface NamedOrganisation extends OrganisationSummary {
  readonly workspaces: readonly Workspace[];
}

/** Shows the code, once and to nobody else. */
export function joinCodeForm(issued: {
  readonly code: string;
  readonly expiresAt: Instant;
  readonly stays: NamedOrganisation;
}): Form {
  return {
    title: "Join a workspace",
    intro: [
      {
        title: "An administrator of the other workspace types this there within 10 minutes:",
        lines: [
          ["It works once, until ", { time: issued.expiresAt, as: "date_time" }, "."],
          `The other workspace becomes part of ${organisationText(issued.stays)}. Its members can see and work on every migration here, and its administrators can grant roles here.`,
        ],
        code: `/compliance join ${issued.code}`,
      },
    ],
    fields: [],
    submit: "Done",
    command: { type: "ShowHelp", topic: "join" },
    footnote: "I show it only here and only once. Give it only to an administrator whom you know.",
  };
}

interface Both {
  readonly leaves: NamedOrganisation;
  readonly stays: NamedOrganisation;
  /** Who had the code shown. */
  readonly inviter: Person;
}

/** Asks the administrator who typed the code, with what will be different. */
export function confirmJoinForm({ leaves, stays, inviter }: Both, codeHash: Sha256): Form {
  return {
    title: "Join this organization?",
    intro: [
      { title: "What joins what?", fields: sides({ leaves, stays, inviter }) },
      {
        lines: [
          "From then on your workspace sees, signs and is governed by what the other organization has: one ledger, one set of roles, one list of migrations. Administrators of either workspace grant roles in it.",
          rolesText(leaves),
          "The ledger that you have now ends and stays as it is. It cannot be undone.",
        ],
      },
    ],
    fields: [],
    submit: "Join",
    command: { type: "ConfirmJoin", code: codeHash },
    footnote: "If you do not know the other organization, close this.",
  };
}

interface Joined extends Both {
  /** Who confirmed it in the workspace that joined. */
  readonly by: Person;
}

/** Tells the administrator who confirmed. */
export function workspacesJoined(joined: Joined): Message {
  return {
    headline: `Joined. ${workspacesText(joined.leaves, 1)} now belongs to the organization of ${organisationText(joined.stays)}.`,
    tone: "good",
    sections: [
      {
        fields: sides(joined),
        lines: [
          rolesText(joined.leaves),
          "Grant roles with /compliance people. Somebody with an account in both workspaces links them with /compliance link.",
        ],
      },
    ],
    footnote: "The ledger of before stays as it is and can still be verified.",
  };
}

/** Tells the administrators of the organization that stays. */
export function joinNotice(joined: Joined): Message {
  const { by, inviter, leaves } = joined;
  return {
    headline: `${workspacesText(leaves, 1)} joined this organization: ${nameOf(inviter)} had the code shown, ${nameOf(by)} confirmed it.`,
    tone: "attention",
    sections: [
      {
        fields: [...sides(joined), { label: "Confirmed by", value: personText(by) }],
        lines: [
          "Its members can see and work on every migration here, and its administrators can grant roles: /compliance people.",
        ],
      },
    ],
  };
}

function sides({ leaves, stays, inviter }: Both): NonNullable<Section["fields"]> {
  return [
    { label: "Joins: workspace", value: workspacesText(leaves) },
    { label: "Joins: organization", value: organisationText(leaves) },
    { label: "Stays: workspace", value: workspacesText(stays) },
    { label: "Stays: organization", value: organisationText(stays) },
    { label: "Invited by", value: personText(inviter) },
  ];
}

function workspacesText({ workspaces }: NamedOrganisation, most = 5): string {
  const shown = workspaces.slice(0, most).map(workspaceText);
  const more = workspaces.length - shown.length;
  return listed(more > 0 ? [...shown, `${more} more`] : shown, "and");
}

/** An organization is called by the workspace in which it was first seen. */
function organisationText({ name, workspaces }: NamedOrganisation): string {
  const first = workspaces.find(({ workspaceRef }) => workspaceRef === name);
  return first ? workspaceText(first) : short(name, 60);
}

function workspaceText({ name, surface, workspaceRef }: Workspace): string {
  const ref = `${CHATS[surface]} ${short(workspaceRef, 40)}`;
  return name === null ? ref : `${short(name, 60)} (${ref})`;
}

function nameOf({ profile }: Pick<Person, "profile">): string {
  return short(profile.name, 60);
}

function personText({ profile }: Person): string {
  return `${nameOf({ profile })} (${short(profile.email ?? "no e-mail address", 100)})`;
}

function rolesText({ roles }: OrganisationSummary): string {
  if (roles.length === 0) return "No roles end: none was granted in the workspace that joins.";
  const shown = roles.slice(0, 10).map(({ name, role }) => `${short(name, 40)}: ${roleName(role)}`);
  const more = roles.length - shown.length;
  const all = more > 0 ? [...shown, `${more} more`] : shown;
  return `Roles that end in the workspace that joins: ${all.join("; ")}. They can be granted again.`;
}
