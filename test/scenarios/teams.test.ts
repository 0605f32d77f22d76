import { afterAll, beforeAll, test } from "vitest";
import { createDatabase } from "../support/database.ts";
import { expectLedgersToHold } from "./aftermath.ts";
import { runStories } from "./stories.ts";
import { openTeamsStage, type TeamsStage } from "./teams-stage.ts";

const { ownerUrl } = await createDatabase();
let stage: TeamsStage;

beforeAll(async () => {
  stage = await openTeamsStage(ownerUrl);
});
afterAll(async () => {
  await stage.stop();
});

runStories("Teams", () => stage);

test("afterwards the ledger is whole and signed, and the tables are what it says", async () => {
  await expectLedgersToHold(stage.running.core.store);
});
