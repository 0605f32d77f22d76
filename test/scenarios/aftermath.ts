/** What must hold of every ledger after whatever happened. */
import { expect } from "vitest";
import type { OpenedStore } from "../../src/store/open-store.ts";

/** Each ledger is whole and signed up to its last entry, and the tables are what it says. */
export async function expectLedgersToHold(store: OpenedStore): Promise<void> {
  const organisations = await store.organisations();
  expect(organisations.length).toBeGreaterThan(0);
  for (const organisation of organisations) {
    await store.sealLedger(organisation);
    const verdict = await store.verifyLedger(organisation);
    expect(verdict).toMatchObject({ ok: true, breaks: 0 });
    if (verdict.ok) expect(verdict.signed?.size).toBe(verdict.entries);
    expect(await store.replay(organisation)).toMatchObject({ ok: true });
  }
}
