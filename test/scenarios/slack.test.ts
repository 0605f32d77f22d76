import { afterAll, beforeAll, test } from "vitest";
import { createDatabase } from "../support/database.ts";
import { expectLedgersToHold } from "./aftermath.ts";
import { openSlackStage, type SlackStage } from "./slack-stage.ts";
import { runStories } from "./stories.ts";

const { ownerUrl } = await createDatabase();
let stage: SlackStage;

beforeAll(async () => {
  stage = await openSlackStage(ownerUrl);
});
afterAll(async () => {
  await stage.stop();
});

runStories("Slack", () => stage);

test("afterwards the ledger is whole and signed, and the tables are what it says", async () => {
  await expectLedgersToHold(stage.running.core.store);
});
