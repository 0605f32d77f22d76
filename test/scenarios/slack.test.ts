import { afterAll, beforeAll } from "vitest";
import { createDatabase } from "../support/database.ts";
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
