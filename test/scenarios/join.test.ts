/** Two Slack workspaces become one organization: whoever is in both is one person, and everybody works on all of it. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBrowser } from "../chat/slack/install/browser.ts";
import { PUBLIC_URL } from "../chat/slack/install/ground.ts";
import { keyLine, writeKeys } from "../store/encryption/keys.ts";
import { createDatabase } from "../support/database.ts";
import { httpDoor } from "../support/slack/driver/door.ts";
import type { SlackStandIn } from "../support/slack/stand-in.ts";
import { APP } from "../support/slack/teams.ts";
import { signAs } from "./clear-requirement.ts";
import { LOGGING, requested } from "./openings.ts";
import { openSlackStage, type SlackStage, slackTalker } from "./slack-stage.ts";
import type { Talker } from "./talker.ts";

const BRAVO = "T0BRAVO01";
const database = await createDatabase();
let stage: SlackStage;
let bravo: SlackStandIn;
let olga: Talker;
let amy: Talker;
let bruno: Talker;

beforeAll(async () => {
  stage = await openSlackStage(database.ownerUrl, "http", {
    installing: {
      clientId: APP.clientId,
      clientSecret: APP.clientSecret,
      publicUrl: PUBLIC_URL,
      keyFile: { file: writeKeys(keyLine("k1")), mayCreate: false },
    },
  });
  const { slack, running } = stage;
  bravo = slack.addTeam({ id: BRAVO, name: "Bravo" });
  bravo.addUser("U0OLGA", { name: "Olga Bravo", isAdmin: true });
  bravo.addUser("U0AMY", { name: "Amara at Bravo" });
  bravo.addUser("U0BRUNO", { name: "Bruno Costa" });
  const browser = openBrowser(running.url);
  const { href } = await browser.open("/slack/install");
  await browser.open(slack.oauth.allow(href, { team: bravo, by: "U0OLGA" }));
  const members = ["U0OLGA", "U0AMY", "U0BRUNO"];
  const channel = bravo.addChannel("general", { members }).id;
  const door = httpDoor(bravo, `${running.url}/slack/events`);
  const at = { slack: bravo, door, running };
  [olga, amy, bruno] = [
    slackTalker(at, "U0OLGA", channel),
    slackTalker(at, "U0AMY", channel),
    slackTalker(at, "U0BRUNO", channel),
  ];
}, 120_000);
afterAll(async () => {
  await stage.stop();
});

async function codeFor(talker: Talker, verb: "join" | "link"): Promise<string> {
  await talker.command(`/compliance ${verb}`);
  const code = /(?:join|link) ([0-9A-Z]{5}-[0-9A-Z]{5})/.exec(talker.form() ?? "")?.[1];
  if (!code) throw new Error(`no code in ${talker.form()}`);
  return code;
}

async function grant(person: string, role: string): Promise<void> {
  await olga.command("/compliance people");
  await olga.press("Grant a role");
  await olga.submit({ person, role });
}

async function organisations(): Promise<readonly { readonly id: string; readonly ref: string }[]> {
  return (await database.asOwner(
    "select organisation_id as id, ref from workspaces order by ref",
  )) as { id: string; ref: string }[];
}

describe("two workspaces of one company", () => {
  it("join, and then one who answered in one cannot sign in the other, and somebody else signs there", async () => {
    const [theirs] = await organisations();
    expect(theirs?.ref).toBe(BRAVO);
    await requested(stage, "joined");
    const amara = stage.as("engineer");
    await amy.command(`/compliance link ${await codeFor(stage.as("compliance"), "link")}`);
    await amy.sees(/another organization.*\/compliance join/s);
    await amy.command(`/compliance join ${await codeFor(stage.as("manager"), "join")}`);
    await amy.sees(/Only an administrator of the workspace/);

    const token = bravo.botToken;
    await olga.command(`/compliance join ${await codeFor(stage.as("manager"), "join")}`);
    expect(olga.form()).toMatch(/Slack T0BRAVO01/);
    expect(olga.form()).toMatch(/Slack T0CLEAR01/);
    expect(olga.form()).toMatch(/Marcus Bell/);
    await olga.submit();
    await olga.sees(/Joined\./);
    await stage.as("manager").sees(/joined this organization: Marcus Bell.*Olga Bravo/);
    expect(new Set((await organisations()).map(({ id }) => id)).size).toBe(1);

    await grant("U0AMY", "compliance_officer");
    await grant("U0BRUNO", "compliance_officer");
    await amy.command(`/compliance sign ${LOGGING.requirement}`);
    expect(amy.form(), "before the link they are two people").toMatch(/Sign/);
    await amara.command(`/compliance link ${await codeFor(amy, "link")}`);
    expect(amara.form()).toMatch(/Amara at Bravo/);
    await amara.submit();
    await amara.sees(/Linked\./);

    await amy.command(`/compliance sign ${LOGGING.requirement}`);
    await amy.sees(/You gave answers here, so somebody else has to sign/);
    await signAs(bruno, LOGGING.requirement);
    const signed = await database.asOwner(
      "select by_name as name from sign_offs where requirement = $1",
      [LOGGING.requirement],
    );
    expect(signed).toEqual([{ name: "Bruno Costa" }]);

    const used = stage.slack.calls.filter(({ token: one }) => one === token);
    expect(used.some(({ method }) => method === "users.info")).toBe(true);
    const [kept] = await database.asOwner("select organisation_id as id from slack_tokens");
    expect(kept?.id).toBe((await organisations())[0]?.id);
    const { store } = stage.running.core;
    for (const id of await store.organisations()) {
      expect(await store.replay(id)).toMatchObject({ ok: true });
      await store.sealLedger(id);
      expect(await store.verifyLedger(id)).toMatchObject({ ok: true });
    }
    expect((await store.organisations()).includes(theirs?.id as never)).toBe(true);
  });

  it("stay joined when the app is installed anew there, with a token that is read", async () => {
    const browser = openBrowser(stage.running.url);
    const { href } = await browser.open("/slack/install");
    await browser.open(stage.slack.oauth.allow(href, { team: bravo, by: "U0OLGA" }));
    await bruno.command("/compliance people");

    await bruno.sees(/Priya Nair/);
    expect(new Set((await organisations()).map(({ id }) => id)).size).toBe(1);
  });
});
