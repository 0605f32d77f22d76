/** The people of the local web chat: one visitor may act as any of them, to try each side of a sign-off. */
import type { Directory, Store } from "../../app/ports.ts";
import type { RecordedFact } from "../../domain/facts.ts";
import { type Instant, type OrganisationId, PersonId, type WorkspaceId } from "../../domain/ids.ts";
import type { Identity, MemberRole, PersonKind, Profile } from "../../domain/people/person.ts";

/** The platform's own id of the one workspace that the web chat has. */
export const WEB_WORKSPACE = "local";

export interface WebPerson {
  readonly userId: string;
  readonly title: string;
  readonly roles: readonly MemberRole[];
  readonly profile: Profile;
}

/** A member unless said otherwise; every address is confirmed. */
function describePerson(person: {
  readonly name: string;
  readonly title: string;
  readonly timeZone: string;
  readonly roles?: readonly MemberRole[];
  readonly email?: string;
  readonly kind?: PersonKind;
  readonly isAdministrator?: boolean;
}): WebPerson {
  const [first = "", last = ""] = person.name.toLowerCase().split(" ");
  return {
    userId: first,
    title: person.title,
    roles: person.roles ?? [],
    profile: {
      name: person.name,
      email: person.email ?? `${first}.${last}@cloudmagicgroup.com`,
      emailConfirmed: true,
      timeZone: person.timeZone,
      kind: person.kind ?? "member",
      isAdministrator: person.isAdministrator ?? false,
    },
  };
}

export const WEB_PEOPLE: readonly WebPerson[] = [
  describePerson({
    name: "Amara Okafor",
    title: "Deployment engineer",
    timeZone: "America/New_York",
    roles: ["deployment_engineer"],
  }),
  describePerson({
    name: "Diego Ramos",
    title: "Deployment engineer",
    timeZone: "America/Chicago",
    roles: ["deployment_engineer"],
  }),
  describePerson({
    name: "Priya Nair",
    title: "Compliance officer",
    timeZone: "America/New_York",
    roles: ["compliance_officer"],
  }),
  describePerson({
    name: "Marcus Bell",
    title: "Engineering manager, administrator",
    timeZone: "America/Denver",
    roles: ["engineering_manager"],
    isAdministrator: true,
  }),
  describePerson({
    name: "Sofia Lindqvist",
    title: "Security lead",
    timeZone: "America/Los_Angeles",
    roles: ["security_lead"],
  }),
  describePerson({
    name: "Walter Chen",
    title: "Legal counsel",
    timeZone: "America/Detroit",
    roles: ["legal_counsel"],
  }),
  describePerson({
    name: "Hannah Weiss",
    title: "Sales lead",
    timeZone: "America/Phoenix",
    roles: ["sales_lead"],
  }),
  describePerson({
    name: "Theo Laurent",
    title: "IT operations lead",
    timeZone: "America/Anchorage",
    roles: ["it_ops_lead"],
  }),
  describePerson({
    name: "Grace Foster",
    title: "Guest from a customer",
    timeZone: "Pacific/Honolulu",
    email: "grace.foster@lakeside-clinic.example",
    kind: "guest",
  }),
  describePerson({
    name: "Nadia Petrov",
    title: "Left the company, account deactivated",
    timeZone: "America/Chicago",
    kind: "deactivated",
  }),
];

const byUserId = new Map(WEB_PEOPLE.map((person) => [person.userId, person]));

export function findWebPerson(userId: unknown): WebPerson | null {
  return typeof userId === "string" ? (byUserId.get(userId) ?? null) : null;
}

export function identifyWebPerson(userId: string, workspaceId: WorkspaceId): Identity {
  return { surface: "web", workspaceId, workspaceRef: WEB_WORKSPACE, userId };
}

/** Who the people of the web chat are, as its own directory answers. */
export const webDirectory: Directory = {
  surface: "web",
  lookUp: ({ surface, workspaceRef, userId }) => {
    const isOurs = surface === "web" && workspaceRef === WEB_WORKSPACE;
    return Promise.resolve(isOurs ? (findWebPerson(userId)?.profile ?? null) : null);
  },
};

/**
 * Makes the people and their first roles known, once. A person who is known already is left alone, so that a role
 * withdrawn in chat stays withdrawn after a restart.
 */
export async function seedWebPeople(
  store: Store,
  at: {
    readonly organisationId: OrganisationId;
    readonly workspaceId: WorkspaceId;
    readonly now: Instant;
    readonly newId: () => string;
  },
): Promise<void> {
  await store.write(at.organisationId, `web-people:${at.workspaceId}`, async (writing) => {
    for (const person of WEB_PEOPLE) {
      const identity = identifyWebPerson(person.userId, at.workspaceId);
      if (await writing.personOf(identity)) continue;
      const personId = PersonId.parse(at.newId());
      await writing.record(introduce(person, { ...at, identity, personId }));
    }
  });
}

function introduce(
  person: WebPerson,
  as: {
    readonly organisationId: OrganisationId;
    readonly now: Instant;
    readonly identity: Identity;
    readonly personId: PersonId;
  },
): readonly RecordedFact[] {
  const { organisationId, now, identity, personId } = as;
  const record = (fact: RecordedFact["fact"]): RecordedFact => ({
    organisationId,
    actor: null,
    at: now,
    fact,
  });
  return [
    record({ type: "PersonRecognised", personId, identity, personal: person.profile }),
    ...person.roles.map((role) => record({ type: "RoleGranted", personId, role })),
  ];
}
