import { afterAll, expect, it } from "vitest";
import { LOGGING, requested } from "../scenarios/openings.ts";
import { openSlackStage, type SlackStage } from "../scenarios/slack-stage.ts";
import { createDatabase } from "../support/database.ts";
import { type Door, type DoorAnswer, httpDoor } from "../support/slack/driver/door.ts";
import { slackPerson } from "../support/slack/driver/person.ts";
import { signaturesOf, untilDelivered } from "./deeds.ts";
import { freePort, killServers, startServer } from "./server.ts";
import { findDamage } from "./workload.ts";

const database = await createDatabase();
const { ownerUrl: databaseUrl, asOwner } = database;
const { requirement } = LOGGING;
const OFFICER = "U0PRIYA";
const DONE = "That is already done; it was counted once.";

let stage: SlackStage | undefined;
let repeat: (() => Promise<string>) | undefined;
afterAll(async () => {
  await killServers();
  await stage?.slack.close();
});

/** A door that remembers the last interaction, so that it can be delivered again. */
function rememberingDoor(door: Door): Door & { again(): Promise<DoorAnswer> } {
  let last: Parameters<Door["interact"]>[0] | null = null;
  return {
    ...door,
    interact: (payload) => {
      last = payload;
      return door.interact(payload);
    },
    again: () => {
      if (!last) throw new Error("nothing was delivered yet");
      return door.interact(last);
    },
  };
}

it("a signature in Slack whose process died is there once, whoever delivers it again", {
  timeout: 180_000,
}, async () => {
  stage = await openSlackStage(databaseUrl);
  const { slack, running } = stage;
  try {
    await requested(stage, "killed");
    await stage.as("compliance").command(`/compliance sign ${requirement}`);
    await untilDelivered(database);
  } finally {
    await running.stop();
  }
  const [migration] = await asOwner("select id from migrations");
  const signed = () => signaturesOf(database, String(migration?.id));
  const port = await freePort();
  const options = {
    port,
    databaseUrl,
    settings: {
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_SIGNING_SECRET: slack.signingSecret,
      SLACK_API_URL: slack.apiUrl,
      WEB_CHAT: "off",
    },
  };
  const door = rememberingDoor(httpDoor(slack, `http://127.0.0.1:${port}/slack/events`));
  const channel =
    [...slack.world.channels.values()].find(({ name }) => name === "killed")?.id ?? "";
  const officer = slackPerson({ slack, door, user: OFFICER, channel });
  repeat = async () => {
    // Slack signs a repeat anew: this one is another second's.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const callsBefore = slack.calls.length;
    const { status, text } = await door.again();
    expect(status).toBe(200);
    const heard = () => `${text} ${JSON.stringify(slack.calls.slice(callsBefore))}`;
    await expect.poll(heard, { timeout: 10_000 }).toMatch(/already/);
    return heard();
  };
  const confirmations = () =>
    slackPerson({ slack, door, user: "U0AMARA", channel }).direct.filter(({ text, fallback }) =>
      `${text}\n${fallback}`.includes("(Clinic killed): signed by Priya Nair."),
    );
  expect(await signed()).toHaveLength(1);

  const dying = await startServer({ ...options, crashAt: "after_commit_before_reply" });
  await expect(officer.submit()).rejects.toThrow("fetch failed");
  expect(await dying.ended).toBe("SIGKILL");
  expect(await signed()).toHaveLength(2);
  expect(confirmations()).toHaveLength(0);
  await startServer(options);

  expect(await repeat()).toContain(DONE);
  await officer.sees(DONE);
  expect(await signed()).toHaveLength(2);
  await untilDelivered(database);
  expect(confirmations()).toHaveLength(1);
  // Whoever presses the button of the form that stayed open does something new, and is told.
  expect((await officer.submit()).status).toBe(200);
  await officer.sees(/Priya Nair has already signed this/);
  expect(await signed()).toHaveLength(2);
  await officer.command("/compliance verify");
  await officer.sees(/intact/);
  expect(await findDamage(database, databaseUrl)).toEqual([]);
});

it("whoever delivers it again is refused when the number of the event was forgotten", {
  timeout: 60_000,
}, async () => {
  await asOwner("delete from inbound_events");

  const heard = await repeat?.();

  expect(heard).toContain("Priya Nair has already signed this");
  expect(heard).not.toContain(DONE);
});
