/** A few seconds of what `npm run bench -- soak` does for half an hour, judged alike but for memory and slow turns. */
import { existsSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { createDatabase } from "../support/database.ts";
import { times } from "./scale.ts";
import { killServers } from "./server.ts";
import { findUnhealthy, type Sample, type Soaked, soak } from "./soak.ts";

const SECONDS = times(3);
const database = await createDatabase();
afterEach(killServers);

it.runIf(existsSync("/proc/self/status"))(
  "under load the handles stay flat, nothing fails, nothing is rejected unheard, and the end is orderly",
  { timeout: times(60_000) },
  async () => {
    const said: string[] = [];
    const soaked = await soak(database, database.ownerUrl, {
      ...{ minutes: SECONDS / 60, samples: 12 },
      say: (line) => void said.push(line),
    });

    const limits = { megabytes: Number.POSITIVE_INFINITY, loopDelayMs: Number.POSITIVE_INFINITY };
    expect(findUnhealthy(soaked, limits)).toEqual([]);
    expect(soaked.samples.at(-1)?.answered).toBeGreaterThan(20);
    const [answered, verified] = said.splice(-2);
    expect(said).toHaveLength(12);
    for (const line of said) expect(line).toMatch(/ MB, \d+ handles, event loop p99 [\d.]+ ms/);
    expect(answered).toMatch(/^answered \d+, 0 of them failed$/);
    expect(verified).toMatch(/^verified in \d+ ms: .*intact/s);
  },
);

describe("the judgment", () => {
  const limits = { megabytes: 24, loopDelayMs: 50 };
  const sampled = (grown: Partial<Sample>): readonly Sample[] =>
    Array.from({ length: 60 }, (_, n) => ({
      ...{ minute: n / 2, megabytes: 200, handles: 40, loopDelayMs: 12, answered: n },
      ...(n < 40 ? {} : grown),
    }));
  const healthy: Soaked = {
    samples: sampled({}),
    failures: [],
    verified: "The ledger is intact.",
    ended: 0,
  };

  it.each<[string, Partial<Soaked>, readonly string[]]>([
    ["nothing where all is well", {}, []],
    ["memory that grows", { samples: sampled({ megabytes: 225 }) }, ["grown by 25 MB"]],
    [
      "handles that are never closed",
      { samples: sampled({ handles: 45 }) },
      ["grown by 5 handles"],
    ],
    [
      "turns that take long",
      { samples: sampled({ loopDelayMs: 51 }) },
      ["the event loop's p99 was 51 ms"],
    ],
    ["a failure", { failures: ["503: no"] }, ["1 failed: 503: no"]],
    ["a ledger that is not whole", { verified: "Entry 3" }, ["the ledger: Entry 3"]],
    ["an end that nobody asked for", { ended: 1 }, ["it ended with 1"]],
  ])("finds %s", (_, broken, says) => {
    expect(findUnhealthy({ ...healthy, ...broken }, limits)).toEqual(says);
  });
});
