/** What the doctor says of the people of an organization, in chat and in the terminal. */
import { expect, it } from "vitest";
import { examineAll } from "../../../src/app/home/doctor.ts";
import { examineRoles } from "../../../src/app/home/examine-roles.ts";
import type { Deps } from "../../../src/app/ports.ts";
import { RequirementName } from "../../../src/domain/ids.ts";
import { MEMBER_ROLES, type Person } from "../../../src/domain/people/person.ts";
import { DEFINITIONS } from "../../messages/builders.ts";
import { factsOf } from "../../store/record-facts.ts";
import { createTestStore } from "../../support/database.ts";
import { actorOf, aMigration, anOffice, aPerson, NOW, record } from "../../support/people.ts";

const { store } = await createTestStore();
const deps: Deps = {
  store,
  clock: () => new Date(NOW),
  newId: () => "unused",
  newSecret: () => "unused",
  directories: new Map(),
  workflows: DEFINITIONS,
  signingEmailDomains: [],
  reached: () => undefined,
  examinations: [async () => [{ check: "machine", ok: true, says: "It runs." }]],
};

/** One person a role in an office of their own. */
async function crew() {
  const office = await anOffice(store);
  const [officer] = await Promise.all(
    MEMBER_ROLES.toSorted((a) => (a === "compliance_officer" ? -1 : 1)).map((role) =>
      aPerson(store, office, { name: `${role} holder`, roles: [role] }),
    ),
  );
  if (!officer) throw new Error("nobody");
  return { office, officer };
}

async function answerBy(person: Person) {
  const migrationId = await aMigration(store, person);
  const of = factsOf(migrationId, RequirementName.parse("audit_logging_enabled"));
  const by = { organisationId: person.organisationId, at: NOW, actor: actorOf(person) };
  const definitions = DEFINITIONS.map(({ hash, workflow }) => ({
    vertical: workflow.vertical,
    hash,
  }));
  await record(
    store,
    by,
    [
      { type: "VerticalsConfirmed", migrationId, verticals: ["HIPAA"], definitions },
      of.answer({ question: "months", personal: { value: 72 } }),
    ],
    (writing) => writing.keepDefinitions(DEFINITIONS),
  );
}

it("an organization in which one person holds every role cannot find a second pair of eyes", async () => {
  const office = await anOffice(store);
  await aPerson(store, office, { roles: MEMBER_ROLES });

  expect(await examineRoles(deps, office.organisationId)).toEqual([
    expect.objectContaining({ check: "roles", ok: true }),
    {
      check: "two pairs of eyes",
      ok: false,
      says: expect.stringMatching(
        /^Nobody is left to sign \S+ \(.+\).* and \d+ more: too few people hold its roles beside whoever answers\.$/,
      ),
      fix: "An administrator grants the role to one more person with /compliance people.",
    },
  ]);
});

it("an open migration on which the only holder of a role worked is named, until somebody else has the role", async () => {
  const { office, officer } = await crew();
  const eyes = async () => (await examineRoles(deps, office.organisationId))[1];
  expect(await eyes()).toMatchObject({ ok: true });

  await answerBy(officer);

  expect(await eyes()).toMatchObject({
    ok: false,
    says: expect.stringMatching(
      /audit_logging_enabled \(compliance officer\).*everybody who holds its role worked on it/,
    ),
  });
  await aPerson(store, office, { name: "Second Officer", roles: ["compliance_officer"] });
  expect(await eyes()).toMatchObject({ ok: true });
});

it("the terminal examines the machine, and the roles of every organization by its id", async () => {
  const organisations = await store.organisations();
  const checks = (await examineAll(deps)).map(({ check }) => check);

  expect(organisations.length).toBeGreaterThan(1);
  expect(checks[0]).toBe("machine");
  for (const id of organisations)
    expect(checks).toEqual(
      expect.arrayContaining([
        `roles of organization ${id}`,
        `two pairs of eyes of organization ${id}`,
      ]),
    );
  const [only] = organisations;
  const single = { ...deps, store: { ...store, organisations: async () => (only ? [only] : []) } };
  expect((await examineAll(single)).map(({ check }) => check)).toEqual([
    "machine",
    "roles",
    "two pairs of eyes",
  ]);
});
