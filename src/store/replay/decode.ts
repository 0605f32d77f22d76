/** A ledger entry with the personal part beside it, as the fact that it once was. */
import { z } from "zod";
import type { Fact, RecordedFact } from "../../domain/facts.ts";
import { Instant, OrganisationId, PersonId } from "../../domain/ids.ts";

/** Stands wherever personal data was erased; nobody types it. */
export const ERASED = "\u241Eerased\u241E";

type Personal = Extract<Fact, { readonly personal: unknown }>;
const NAMED = { name: ERASED, title: ERASED, organisation: ERASED, email: ERASED };

/** What each fact's personal part looks like when nothing of it is left. */
const BLANK: { readonly [T in Personal["type"]]: Extract<Personal, { type: T }>["personal"] } = {
  PersonRecognised: {
    name: ERASED,
    email: ERASED,
    emailConfirmed: false,
    timeZone: ERASED,
    kind: "member",
    isAdministrator: false,
  },
  WorkspaceInstalled: { userId: ERASED, workspaceName: ERASED },
  WorkspaceLeft: { inviterName: ERASED, inviterEmail: ERASED },
  WorkspaceJoined: { installer: ERASED },
  MigrationOpened: { customer: ERASED },
  ContactRecorded: NAMED,
  AnswerGiven: { value: ERASED },
  EvidenceAdded: { name: ERASED, link: ERASED },
  AttestationReceived: {
    from: NAMED,
    statement: ERASED,
    documentName: ERASED,
    link: ERASED,
    about: [{ name: ERASED, link: ERASED }],
  },
  SignOffRecorded: { userId: ERASED, name: ERASED, email: ERASED, timeZone: ERASED },
};

const Envelope = z.object({
  at: Instant,
  organisation: OrganisationId,
  actor: z.object({ person: PersonId }).nullable(),
  type: z.string(),
  personal: z.string().optional(),
});

export interface Entry {
  readonly entry: string;
  /** Null: the entry commits to nothing, or its part is erased. */
  readonly body: string | null;
}

/** People as the facts up to now have shown them; grows with each. */
export type Profiles = Map<string, { readonly name: string; readonly email: string | null }>;

export function decodeEntry({ entry, body }: Entry, profiles: Profiles): RecordedFact {
  const { v: _v, at: _at, organisation: _o, actor: _a, personal: _p, ...open } = JSON.parse(entry);
  const envelope = Envelope.parse(JSON.parse(entry));
  const { at, organisation, actor, type, personal } = envelope;
  // What we once wrote as a fact, and what verification found unchanged, is one.
  const fact: Fact = personal === undefined ? open : { ...open, personal: partOf(type, body) };
  if (fact.type === "PersonRecognised") {
    const { name, email } = fact.personal;
    profiles.set(fact.personId, { name, email });
  }
  const by = actor && {
    personId: actor.person,
    ...(profiles.get(actor.person) ?? { name: ERASED, email: ERASED }),
  };
  return { organisationId: organisation, actor: by, at, fact };
}

function partOf(type: string, body: string | null): unknown {
  if (body !== null) return JSON.parse(body);
  return Object.entries(BLANK).find(([name]) => name === type)?.[1] ?? {};
}
