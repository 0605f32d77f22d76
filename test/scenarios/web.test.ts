import { afterAll, beforeAll, test } from "vitest";
import { createDatabase } from "../support/database.ts";
import { expectLedgersToHold } from "./aftermath.ts";
import { runStories } from "./stories.ts";
import { openWebStage, type WebStage } from "./web-stage.ts";

const { ownerUrl } = await createDatabase();
let stage: WebStage;

beforeAll(async () => {
  stage = await openWebStage(ownerUrl);
});
afterAll(async () => {
  await stage.stop();
});

runStories("web chat", () => stage);

test("afterwards the ledger is whole and signed, and the tables are what it says", async () => {
  await expectLedgersToHold(stage.running.core.store);
});
