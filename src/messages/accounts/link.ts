/** Linking two accounts of one person: the code, what is asked before, what happened, and how to undo it. */
import type { Instant, Sha256 } from "../../domain/ids.ts";
import type {
  KnownIdentity,
  MemberRole,
  Person,
  PersonSummary,
  Surface,
} from "../../domain/people/person.ts";
import { roleName } from "../../domain/people/role-names.ts";
import type { Form } from "../form.ts";
import type { Button, Message, Section } from "../message.ts";
import { button } from "../sections/steps.ts";
import { capital, listed, short } from "../wording.ts";

const CHATS: Readonly<Record<Surface, string>> = {
  slack: "Slack",
  teams: "Teams",
  web: "the web chat",
};

/** Shows the code, once and to nobody else. */
export function linkCodeForm(issued: { readonly code: string; readonly expiresAt: Instant }): Form {
  return {
    title: "Link another account",
    intro: [
      {
        title: "Type this on your other account within 10 minutes:",
        lines: [
          ["It works once, until ", { time: issued.expiresAt, as: "date_time" }, "."],
          "This account's roles stay; the other account joins it and brings none.",
        ],
        code: `/compliance link ${issued.code}`,
      },
    ],
    fields: [],
    submit: "Done",
    command: { type: "ShowLinks" },
    footnote: "I show it only here and only once. Give it to nobody: whoever types it becomes you.",
  };
}

interface Pair {
  /** The account that showed the code. */
  readonly stays: Person;
  /** The account on which it was typed. */
  readonly joins: Person;
  /** What the joining account's person holds and loses. */
  readonly ending: readonly MemberRole[];
}

/** Asks whether both accounts are this person's, with what will be different. */
export function confirmLinkForm({ stays, joins, ending }: Pair, codeHash: Sha256): Form {
  return {
    title: "Link these accounts?",
    intro: [
      {
        title: "Both of these are you?",
        fields: [
          { label: `Stays: ${capital(CHATS[stays.identity.surface])}`, value: nameOf(stays) },
          { label: `Joins: ${capital(CHATS[joins.identity.surface])}`, value: nameOf(joins) },
          { label: "Roles from then on", value: rolesText(stays.roles) },
          ...(ending.length === 0 ? [] : [{ label: "Roles that end", value: rolesText(ending) }]),
        ],
      },
      {
        lines: [
          "From then on the two count as one person: what one of them answered, the other cannot sign. This stays so even when they are taken apart again.",
          "Signatures that were given stay as they are. Administrators are told.",
        ],
      },
    ],
    fields: [],
    submit: "Link them",
    command: { type: "ConfirmLink", code: codeHash },
    footnote: "If you do not know the other account, close this and tell an administrator.",
  };
}

/** Tells the person that the accounts are one now. */
export function accountsLinked({ stays, joins, ending }: Pair): Message {
  return {
    headline: `Linked. ${accountText(joins)} and ${accountText(stays)} are one person now.`,
    tone: "good",
    sections: [{ fields: changes({ stays, joins, ending }) }, { actions: [seeAccounts()] }],
    footnote:
      ending.length === 0
        ? "Administrators have been told."
        : "Roles that ended can be granted again by an administrator. Administrators have been told.",
  };
}

/** Tells an administrator. */
export function linkNotice(pair: Pair): Message {
  return {
    headline: `${short(pair.stays.profile.name, 60)} linked two accounts: ${accountText(pair.stays)} and ${accountText(pair.joins)}.`,
    tone: "attention",
    sections: [
      { fields: changes(pair), lines: ["If this is not right, take them apart and talk to them."] },
      { actions: [seeAccounts()] },
    ],
  };
}

function changes({ stays, joins, ending }: Pair): NonNullable<Section["fields"]> {
  return [
    { label: "Stays", value: nameOf(stays) },
    { label: "Joined", value: nameOf(joins) },
    { label: "Roles", value: rolesText(stays.roles) },
    ...(ending.length === 0 ? [] : [{ label: "Roles that ended", value: rolesText(ending) }]),
  ];
}

const seeAccounts = (): Button => button("See linked accounts", { type: "ShowLinks" });

/** The accounts of one person, or for an administrator of everybody who has several. */
export function linksMessage(people: readonly PersonSummary[], viewer: Person): Message {
  const shown = people.filter(
    ({ id, identities }) =>
      identities.some(({ linkedFrom }) => linkedFrom) &&
      (id === viewer.id || viewer.profile.isAdministrator),
  );
  return {
    headline:
      shown.length === 0
        ? "No accounts are linked. Type /compliance link on the account that should stay."
        : `Linked accounts of ${listed(
            shown.slice(0, 5).map(({ name }) => short(name, 60)),
            "and",
          )}${shown.length > 5 ? " and others" : ""}.`,
    sections: shown.slice(0, 20).map((person) => ({
      title: short(person.name, 100),
      checklist: person.identities.map((account) => ({
        mark: "done" as const,
        text: accountName(account),
        state: account.linkedFrom ? "linked" : "own",
        ...(account.linkedFrom && account.linkedFrom !== person.id
          ? { action: unlink(account) }
          : {}),
      })),
    })),
    footnote:
      "Accounts that are taken apart still count as one person when two pairs of eyes are needed.",
  };
}

function unlink({ workspaceId, userId }: KnownIdentity): Button {
  return {
    label: "Unlink",
    style: "danger",
    command: { type: "UnlinkIdentity", workspace: workspaceId, user: userId },
    confirm: {
      title: "Take these accounts apart?",
      text: "The account gets its own person back, without roles. What it signed stays.",
      yes: "Unlink",
    },
  };
}

/** Tells whoever unlinked an account, and every administrator. */
export function accountUnlinked(unlinked: {
  readonly name: string;
  readonly account: KnownIdentity;
  readonly by: string;
}): Message {
  const { name, account, by } = unlinked;
  return {
    headline: `${short(by, 60)} unlinked ${accountName(account)} from ${short(name, 60)}.`,
    tone: "neutral",
    sections: [
      {
        lines: [
          "The account has no roles until an administrator grants some. The two still count as one person when two pairs of eyes are needed.",
        ],
      },
    ],
  };
}

function accountName({ surface, userId }: KnownIdentity): string {
  return `${capital(CHATS[surface])}: ${short(userId, 40)}`;
}

function accountText({ identity, profile }: Person): string {
  return `${short(profile.name, 60)} in ${CHATS[identity.surface]}`;
}

function nameOf({ profile }: Person): string {
  return `${short(profile.name, 60)} (${short(profile.email ?? "no e-mail address", 100)})`;
}

function rolesText(roles: readonly MemberRole[]): string {
  return roles.length === 0 ? "none" : roles.map(roleName).join(", ");
}
