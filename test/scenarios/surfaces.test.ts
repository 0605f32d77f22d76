/** Every story on every surface, and what it left behind beside what it left behind on the others. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDatabase } from "../support/database.ts";
import { expectLedgersToHold } from "./aftermath.ts";
import { openSlackStage, type SlackStage } from "./slack-stage.ts";
import { tellStories } from "./stories.ts";
import { openTeamsStage, type TeamsStage } from "./teams-stage.ts";
import { type Trace, traceOf } from "./trace.ts";
import { openWebStage, type WebStage } from "./web-stage.ts";

const SURFACES = [
  ["web chat", openWebStage],
  ["Slack", openSlackStage],
  ["Teams", openTeamsStage],
] as const;

const traces = new Map<string, readonly Trace[]>();

for (const [name, open] of SURFACES) {
  const database = await createDatabase();
  describe(`in ${name}`, { timeout: 120_000 }, () => {
    let stage: WebStage | SlackStage | TeamsStage;
    beforeAll(async () => {
      stage = await open(database.ownerUrl);
    });
    afterAll(() => stage.stop());

    tellStories(() => stage);

    it("afterwards the ledger is whole and signed, and the tables are what it says", async () => {
      await expectLedgersToHold(stage.running.core.store);
      traces.set(name, await traceOf(database, stage.userIds));
      (await import("node:fs")).writeFileSync(
        `/tmp/trace-${name.split(" ")[0]}.json`,
        JSON.stringify(traces.get(name), null, 1),
      );
    });
  });
}

describe("every story leaves the same rows and the same ledger entries", () => {
  const toldIn = (surface: string) => traces.get(surface) ?? [];

  it.each(["Slack", "Teams"])("in %s as in the web chat", (surface) => {
    const [here, there] = [toldIn(surface), toldIn("web chat")];

    expect(there.length).toBeGreaterThan(30);
    expect(here.map(({ customer }) => customer)).toEqual(there.map(({ customer }) => customer));
    for (const [n, trace] of here.entries()) expect(trace, trace.customer).toEqual(there[n]);
  });

  it("and not by leaving out what matters: people, answers, evidence, verdicts", () => {
    const [clinic] = toldIn("web chat");
    const types = new Set(clinic?.entries.map((entry) => Reflect.get(Object(entry), "type")));

    for (const type of ["AnswerGiven", "EvidenceAdded", "SignOffRecorded", "GateChecked"]) {
      expect(types, type).toContain(type);
    }
    const signed = JSON.stringify(clinic?.rows.sign_offs);
    expect(signed).toContain("priya.nair@cloudmagicgroup.com");
    expect(JSON.stringify(clinic?.rows.evidence)).toMatch(/"sha256":"[0-9a-f]{64}"/);
  });
});
