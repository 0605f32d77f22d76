import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { actorOf, anOffice, aPerson, NOW } from "../../support/people.ts";
import { createSigningStore } from "./stand.ts";

const { store } = await createSigningStore();
const office = await anOffice(store);
const { organisationId } = office;
const actor = actorOf(await aPerson(store, office));

test("a ledger that is sealed and signed while it is verified is whole", async () => {
  let isOver = false;
  const write = async (): Promise<void> => {
    while (!isOver) {
      const fact = { type: "AuditChannelChosen", channel: null } as const;
      await store.write(organisationId, null, (writing) =>
        writing.record([{ organisationId, actor, at: NOW, fact }]),
      );
      await store.sealLedger(organisationId);
    }
  };
  const writing = write();
  const verdicts: unknown[] = [];
  for (let nth = 0; nth < 40; nth += 1) {
    verdicts.push(await store.verifyLedger(organisationId));
    await sleep(5);
  }
  isOver = true;
  await writing;

  expect(verdicts.filter((verdict) => !Object(verdict).ok)).toEqual([]);
}, 30_000);
