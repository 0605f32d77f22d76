/** Which sign-off is meant when its requirement is named instead of its number. */
import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { exportProof } from "../../src/app/audit/export.ts";
import type { Deps } from "../../src/app/ports.ts";
import { type MigrationId, RequirementName, type SignOffId } from "../../src/domain/ids.ts";
import type { Person } from "../../src/domain/people/person.ts";
import { factsOf } from "../store/record-facts.ts";
import { createTestStore } from "../support/database.ts";
import { actorOf, aMigration, anOffice, aPerson, NOW, record } from "../support/people.ts";

const { store } = await createTestStore();
const deps: Deps = {
  store,
  clock: () => new Date(NOW),
  newId: randomUUID,
  newSecret: () => "secret",
  directories: new Map(),
  workflows: [],
  signingEmailDomains: [],
  reached: () => undefined,
  examinations: [],
};
/** A ledger that proves every number it is given. */
const exports = {
  bundle: async () => "nothing_signed" as const,
  proof: async (_: unknown, id: SignOffId) => ({ text: id, entry: 1, size: 1 }),
};
const requirement = RequirementName.parse("hipaa_baa_signed");
let migrationId: MigrationId;
let [carol, dana]: Person[] = [];

async function sign(signer: Person | undefined): Promise<SignOffId> {
  if (!signer) throw new Error("nobody signs");
  const { organisationId } = signer;
  const fact = factsOf(migrationId, requirement).sign(signer);
  await record(store, { organisationId, at: NOW, actor: actorOf(signer) }, [fact]);
  return fact.signOffId;
}

async function revoke(id: SignOffId, by: Person | undefined): Promise<void> {
  if (!by) throw new Error("nobody revokes");
  const fact = factsOf(migrationId, requirement).revoke(id, "revocation");
  const { organisationId } = by;
  await record(store, { organisationId, at: NOW, actor: actorOf(by) }, [fact]);
}

async function prove(name = requirement) {
  let written = "";
  const write = async (text: string) => {
    written += text;
  };
  const wish = { migrationId, requirement: name };
  const answer = await exportProof({ deps, exports, write }, wish);
  return { written, answer };
}

beforeEach(async () => {
  const office = await anOffice(store);
  carol = await aPerson(store, office, { name: "Carol" });
  dana = await aPerson(store, office, { name: "Dana" });
  migrationId = await aMigration(store, carol);
});

describe("the proof of a requirement's sign-off", () => {
  test("is that of the only one in force", async () => {
    const revoked = await sign(carol);
    await revoke(revoked, carol);
    const inForce = await sign(dana);

    expect((await prove()).written).toBe(inForce);
  });

  test("of several asks which, and names each", async () => {
    const both = [await sign(carol), await sign(dana)];
    const { answer, written } = await prove();

    expect(written).toBe("");
    expect(answer).toEqual({
      refused: "sign_off_needed",
      signOffs: expect.arrayContaining(both),
    });
  });

  test("is refused where nobody signed, or nobody's signature is in force", async () => {
    expect((await prove()).answer).toEqual({ refused: "unknown_sign_off" });
    await revoke(await sign(carol), carol);
    expect((await prove()).answer).toEqual({ refused: "unknown_sign_off" });
    const other = RequirementName.parse("no_such_requirement");
    expect((await prove(other)).answer).toEqual({ refused: "unknown_sign_off" });
  });
});
