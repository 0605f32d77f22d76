/** Builders of people, with the roles and identities that a test is about. */
import { randomUUID } from "node:crypto";
import type { Writing } from "../../src/app/ports.ts";
import type { Fact, RecordedFact } from "../../src/domain/facts.ts";
import { Instant, MigrationId, type OrganisationId, PersonId } from "../../src/domain/ids.ts";
import type { Actor } from "../../src/domain/migrations/record.ts";
import type { Identity, MemberRole, Person, Profile } from "../../src/domain/people/person.ts";
import type { OpenedStore } from "../../src/store/open-store.ts";

export const NOW = Instant.parse("2026-03-02T09:00:00.000Z");

export interface Office {
  readonly organisationId: OrganisationId;
  readonly workspaceId: Identity["workspaceId"];
  readonly surface: Identity["surface"];
  readonly workspaceRef: string;
}

/** An organisation with one workspace. */
export async function anOffice(
  store: OpenedStore,
  given: Partial<Pick<Office, "surface" | "workspaceRef">> = {},
): Promise<Office> {
  const surface = given.surface ?? "slack";
  const workspaceRef = given.workspaceRef ?? `T${randomUUID().slice(0, 8).toUpperCase()}`;
  const found = await store.organisationOf({ surface, workspaceRef });
  return { ...found, surface, workspaceRef };
}

/** A person of the office, as recognised at `at`; a member with a confirmed address unless told otherwise. */
export async function aPerson(
  store: OpenedStore,
  office: Office,
  given: {
    readonly name?: string;
    readonly userId?: string;
    readonly roles?: readonly MemberRole[];
    readonly profile?: Partial<Profile>;
    readonly at?: Instant;
    /** Another identity of a person who exists. */
    readonly personId?: PersonId;
  } = {},
): Promise<Person> {
  const name = given.name ?? "Dana Reyes";
  const id = given.personId ?? PersonId.parse(randomUUID());
  const { organisationId, surface, workspaceId, workspaceRef } = office;
  const userId = given.userId ?? `U${randomUUID().slice(0, 8).toUpperCase()}`;
  const identity: Identity = { surface, workspaceId, workspaceRef, userId };
  const profile: Profile = {
    name,
    email: `${name.toLowerCase().replaceAll(/[^a-z]+/g, ".")}@ours.example`,
    emailConfirmed: true,
    timeZone: "America/Denver",
    kind: "member",
    isAdministrator: false,
    ...given.profile,
  };
  const roles = given.roles ?? [];
  await record(store, { organisationId, at: given.at ?? NOW, actor: null }, [
    { type: "PersonRecognised", personId: id, identity, personal: profile },
    ...roles.map((role) => ({ type: "RoleGranted", personId: id, role }) as const),
  ]);
  return { id, organisationId, identity, profile, roles };
}

export function actorOf(person: Person): Actor {
  return { personId: person.id, name: person.profile.name, email: person.profile.email };
}

/** Records facts in one transaction, and does what else is given in it. */
export async function record(
  store: OpenedStore,
  by: Omit<RecordedFact, "fact">,
  facts: readonly Fact[],
  also: (writing: Writing) => Promise<void> = async () => undefined,
): Promise<void> {
  await store.write(by.organisationId, null, async (writing) => {
    await writing.record(facts.map((fact) => ({ ...by, fact })));
    await also(writing);
  });
}

/** An open migration in no channel. */
export async function aMigration(
  store: OpenedStore,
  by: Person,
  given: Partial<Omit<Extract<Fact, { type: "MigrationOpened" }>, "type" | "migrationId">> = {},
): Promise<MigrationId> {
  const migrationId = MigrationId.parse(randomUUID());
  const { organisationId } = by;
  await record(store, { organisationId, at: NOW, actor: actorOf(by) }, [
    {
      type: "MigrationOpened",
      migrationId,
      industry: "hospital",
      timeZone: "America/Denver",
      platform: null,
      proposalOn: null,
      goLiveOn: null,
      channel: null,
      personal: { customer: "Harbor Clinic" },
      ...given,
    },
  ]);
  return migrationId;
}
