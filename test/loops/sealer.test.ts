import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Log } from "../../src/app/ports.ts";
import { startSealer } from "../../src/loops/sealer.ts";
import { createTestStore } from "../support/database.ts";
import { aMigration, anOffice, aPerson } from "../support/people.ts";

const { store } = await createTestStore();
const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

test("what is committed is sealed soon after, without being asked", async () => {
  const sealer = startSealer({ ledger: store.ledger, log: silent });
  await sleep(300);
  const office = await anOffice(store);
  const dana = await aPerson(store, office);
  const id = await aMigration(store, dana);
  const start = performance.now();
  await expect
    .poll(() => store.auditReference(office.organisationId, id), { interval: 10 })
    .not.toBeNull();

  expect(performance.now() - start).toBeLessThan(1000);
  await sealer.stop();
});

test("two sealers at once make one ledger", async () => {
  const sealers = [1, 2].map(() => startSealer({ ledger: store.ledger, log: silent }));
  const office = await anOffice(store);
  const dana = await aPerson(store, office);
  await Promise.all(Array.from({ length: 40 }, () => aMigration(store, dana)));
  await expect.poll(() => store.ledger.unsealed(), { timeout: 5000 }).toBe(0);

  expect(await store.verifyLedger(office.organisationId)).toMatchObject({ ok: true, entries: 41 });
  await Promise.all(sealers.map((sealer) => sealer.stop()));
});

test("after a stop nothing is sealed", async () => {
  const sealer = startSealer({ ledger: store.ledger, log: silent });
  await sealer.stop();
  const office = await anOffice(store);
  await aPerson(store, office);
  await sleep(700);

  expect(await store.ledger.unsealed()).toBe(1);
});
