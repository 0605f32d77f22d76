/** Who is behind a verified request: known by identity, looked up at the platform, never typed. */
import { instantOf, type OrganisationId, PersonId } from "../../domain/ids.ts";
import type { Identity, Person, PersonSummary, Profile } from "../../domain/people/person.ts";
import type { Refusal } from "../../domain/refusal.ts";
import type { Deps } from "../ports.ts";

/** A known profile is good for reading during this time; a decision always asks again. */
const FRESH_MS = 5 * 60 * 1000;

/**
 * The person with the profile of this moment. `forDecision` insists on an answer of the platform: a person who
 * cannot be looked up decides nothing.
 */
export async function recognise(
  deps: Deps,
  organisationId: OrganisationId,
  who: { readonly identity: Identity; readonly forDecision: boolean },
): Promise<Person | Refusal> {
  const { identity } = who;
  const known = await deps.store.read(organisationId, (reading) => reading.personOf(identity));
  return await confirmPerson(deps, { ...who, organisationId, known });
}

/** As `recognise`, for somebody who was looked up already. */
export async function confirmPerson(
  deps: Deps,
  who: {
    readonly organisationId: OrganisationId;
    readonly identity: Identity;
    readonly known: PersonSummary | null;
    readonly forDecision: boolean;
  },
): Promise<Person | Refusal> {
  const { organisationId, identity, known } = who;
  const now = deps.clock();
  const ageMs = known === null ? Number.NaN : now.getTime() - Date.parse(known.lastSeenAt);
  // Seen in the future: the clock went back since, and nobody knows how long ago it was.
  const isFresh = ageMs > -FRESH_MS && ageMs < FRESH_MS;
  if (known && isFresh && !who.forDecision) {
    return toPerson({ organisationId, identity, known, profile: storedProfile(known) });
  }
  const profile = await deps.directories.get(identity.surface)?.lookUp(identity);
  if (!profile) {
    if (!known || who.forDecision) return { refused: "identity_unconfirmed", why: "no_answer" };
    return toPerson({ organisationId, identity, known, profile: storedProfile(known) });
  }
  const personId = known?.id ?? PersonId.parse(deps.newId());
  const stale = !known || !isFresh || !isSame(known, profile);
  if (!stale) return toPerson({ organisationId, identity, known, profile });
  return remember(deps, { organisationId, identity, personId, profile });
}

async function remember(
  deps: Deps,
  seen: {
    readonly organisationId: OrganisationId;
    readonly identity: Identity;
    readonly personId: PersonId;
    readonly profile: Profile;
  },
): Promise<Person | Refusal> {
  const { organisationId, identity, profile } = seen;
  const known = await deps.store.write(organisationId, null, async (writing) => {
    // Two first requests of one person may arrive together: the identity decides which id stands.
    const first = await writing.personOf(identity);
    // The workspace may have joined another organisation since somebody looked.
    if (!first && !(await writing.hasWorkspace(identity.workspaceId))) return null;
    await writing.record([
      {
        organisationId,
        actor: null,
        at: instantOf(deps.clock()),
        fact: {
          type: "PersonRecognised",
          personId: first?.id ?? seen.personId,
          identity,
          personal: profile,
        },
      },
    ]);
    return writing.personOf(identity);
  });
  if (known === "repeated" || known === null) {
    return { refused: "identity_unconfirmed", why: "moved" };
  }
  return toPerson({ organisationId, identity, known, profile });
}

function toPerson(seen: {
  readonly organisationId: OrganisationId;
  readonly identity: Identity;
  readonly known: PersonSummary;
  readonly profile: Profile;
}): Person {
  const { organisationId, identity, known, profile } = seen;
  const { id, humanId, roles } = known;
  return { id, organisationId, identity, profile, roles, ...(humanId ? { humanId } : {}) };
}

function storedProfile(known: PersonSummary): Profile {
  return known.profile;
}

function isSame(known: PersonSummary, profile: Profile): boolean {
  const keys: readonly (keyof Profile)[] = [
    "name",
    "email",
    "emailConfirmed",
    "timeZone",
    "kind",
    "isAdministrator",
  ];
  return keys.every((key) => known.profile[key] === profile[key]);
}
