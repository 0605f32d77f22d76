/** An organization with more open migrations than can be loaded in the time that a person waits. */
import { afterAll, expect, test } from "vitest";
import { Unavailable } from "../../src/domain/fault.ts";
import { openPool, type Sql } from "../../src/store/pool.ts";
import { createReading } from "../../src/store/reading/reading.ts";
import { forgetAll, recall } from "../../src/store/reading/recall.ts";
import { LOAD_MIGRATIONS } from "../../src/store/reading/record-sql.ts";
import { inTransaction } from "../../src/store/transaction.ts";
import { createTestStore } from "../support/database.ts";
import { aMigration, anOffice, aPerson } from "../support/people.ts";

const { store, appUrl } = await createTestStore();
const office = await anOffice(store);
const { organisationId } = office;
const dana = await aPerson(store, office);
const ids = await Promise.all(Array.from({ length: 120 }, () => aMigration(store, dana)));
const pool = openPool({ url: appUrl, name: "cleargate", max: 2, deadlineMs: 15_000 });
afterAll(() => pool.end());

/** Reads all that are open; time is up after so many statements that load some. */
function readWithin(loads: number): Promise<number> {
  const whose = { begin: "begin", deadlineMs: 15_000, organisation: organisationId } as const;
  return inTransaction(pool, whose, async (sql) => {
    let left = loads;
    const query: Sql["query"] = (text, values) => {
      if (text === LOAD_MIGRATIONS && left-- === 0) throw new Unavailable("time is up");
      return sql.query(text, values);
    };
    return (await createReading({ query }, organisationId).situations("open")).length;
  });
}

test("whoever ran out of time goes on from where the time was up", async () => {
  forgetAll();
  const known = () => ids.filter((id) => recall(id) !== null).length;

  await expect(readWithin(1)).rejects.toThrow("time is up");
  expect(known()).toBe(50);
  await expect(readWithin(1)).rejects.toThrow("time is up");
  expect(known()).toBe(100);
  expect(await readWithin(1)).toBe(120);
  expect(await readWithin(0)).toBe(120);
});
