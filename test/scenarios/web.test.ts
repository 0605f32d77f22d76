import { afterAll, beforeAll } from "vitest";
import { createDatabase } from "../support/database.ts";
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
