import { afterAll, beforeAll, expect, it } from "vitest";
import { openSlackStage, type SlackStage } from "../../scenarios/slack-stage.ts";
import { createDatabase } from "../../support/database.ts";

const database = await createDatabase();
let stage: SlackStage;

beforeAll(async () => {
  stage = await openSlackStage(database.ownerUrl);
});
afterAll(async () => {
  await stage.stop();
});

/** What stands on the home that the person opens. */
async function homeOf(role: "manager" | "engineer", user: string): Promise<string> {
  stage.slack.world.homes.delete(user);
  await stage.as(role).openHome();
  await expect.poll(() => stage.slack.world.homes.has(user)).toBe(true);
  return JSON.stringify(stage.slack.world.homes.get(user));
}

it("what could not be delivered stands on an administrator's home, and on nobody else's", async () => {
  const { store } = stage.running.core;
  const workspaceRef = stage.slack.world.teamId;
  const found = await store.organisationOf({ surface: "slack", workspaceRef });
  const channel = {
    surface: "slack",
    workspaceId: found.workspaceId,
    channelId: "C0GONE",
  } as const;
  const delivery = { lane: "bulk", to: { kind: "channel", channel } } as const;
  await store.write(found.organisationId, null, (writing) =>
    writing.deliver([{ ...delivery, message: { headline: "lost" } }]),
  );
  await expect.poll(() => store.outbox.countDead(), { timeout: 5000 }).toBe(1);

  expect(await homeOf("manager", "U0MARCUS")).toContain("1 message could not be delivered.");
  expect(await homeOf("engineer", "U0AMARA")).not.toContain("could not be delivered");
});
