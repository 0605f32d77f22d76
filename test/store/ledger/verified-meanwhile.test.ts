import { afterAll, expect, test } from "vitest";
import { verifyLedger } from "../../../src/store/audit/verify.ts";
import { openKeptFile } from "../../../src/store/ledger/kept-file.ts";
import { openPool } from "../../../src/store/pool.ts";
import { actorOf, anOffice, aPerson, NOW } from "../../support/people.ts";
import { createSigningStore } from "./stand.ts";

const { store, ownerUrl, file } = await createSigningStore();
const office = await anOffice(store);
const { organisationId } = office;
const actor = actorOf(await aPerson(store, office));
const deadlineMs = 10_000;
const pool = openPool({ url: ownerUrl, name: "meanwhile", max: 1, deadlineMs });
afterAll(() => pool.end());

async function growAndSign(): Promise<void> {
  const fact = { type: "AuditChannelChosen", channel: null } as const;
  await store.write(organisationId, null, (writing) =>
    writing.record([{ organisationId, actor, at: NOW, fact }]),
  );
  await store.sealLedger(organisationId);
}

test("a ledger that is sealed and signed at every step of its verification is whole", async () => {
  await growAndSign();
  const client = await pool.connect();
  const { query } = client;
  let steps = 0;
  const busy = async (...given: unknown[]) => {
    const answer = await Reflect.apply(query, client, given);
    steps += 1;
    await growAndSign();
    return answer;
  };
  Object.assign(client, { query: busy });
  client.release();

  const clock = () => new Date(NOW);
  const parts = { audits: pool, pool, deadlineMs, clock, kept: openKeptFile(file) };
  const verdict = await verifyLedger(parts, organisationId);

  Object.assign(client, { query });
  expect(verdict).toMatchObject({ ok: true });
  expect(steps).toBeGreaterThan(5);
}, 30_000);
