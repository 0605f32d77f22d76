/** The installation in a browser: the way there and back, and everything that is refused with nothing stored. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { LogFields } from "../../../../src/app/ports.ts";
import { REQUIRED_SCOPES } from "../../../../src/chat/slack/examinations.ts";
import { createInstallRouter } from "../../../../src/chat/slack/install/router.ts";
import {
  type OpenedSlackInstallations,
  openSlackInstallations,
} from "../../../../src/store/slack-installations/installations.ts";
import { keyLine, writeKeys } from "../../../store/encryption/keys.ts";
import { createTestStore } from "../../../support/database.ts";
import { type SlackStandIn, startSlack } from "../../../support/slack/stand-in.ts";
import { APP } from "../../../support/slack/teams.ts";
import { type Browser, openBrowser, type Page } from "./browser.ts";

const START = new Date("2026-03-02T09:00:00.000Z");
const MINUTE = 60_000;
const PUBLIC_URL = "https://cleargate.example";
const { appUrl, asOwner } = await createTestStore();

let now = START;
let appId: string | null = null;
const logged: [string, LogFields][] = [];
let installations: OpenedSlackInstallations;
let slack: SlackStandIn;
let bravo: SlackStandIn;
let server: ReturnType<typeof createServer>;
let address: string;
let olga: Browser;

beforeAll(async () => {
  slack = await startSlack();
  const note = (event: string, fields: LogFields = {}): void => void logged.push([event, fields]);
  const log = { info: note, warn: note, error: note };
  const opened = await openSlackInstallations({
    appUrl,
    keyFile: { file: writeKeys(keyLine("k1")), mayCreate: false },
    clock: () => now,
    log,
    deadlineMs: 15_000,
  });
  if ("problem" in opened) throw new Error(opened.problem);
  installations = opened;
  const options = {
    ...APP,
    publicUrl: PUBLIC_URL,
    apiUrl: slack.apiUrl,
    installations,
    log,
    clock: () => now,
    forget: () => undefined,
  };
  const application = express()
    .set("query parser", "simple")
    .use((request, response, next) =>
      createInstallRouter({ ...options, appId })(request, response, next),
    );
  server = createServer(application);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await installations.close();
  await slack.close();
});

let count = 0;
beforeEach(() => {
  now = START;
  appId = null;
  logged.splice(0);
  bravo = slack.addTeam({ id: `T0BRAVO${++count}`, name: `Bravo & <Sons> ${count}` });
  olga = openBrowser(address);
});
afterEach(async () => {
  slack.behave();
  slack.oauth.answer({});
  await asOwner("truncate slack_tokens, slack_installations, slack_install_states");
});

async function allow(browser: Browser = olga, team: SlackStandIn = bravo): Promise<string> {
  const { href } = await browser.open("/slack/install");
  return slack.oauth.allow(href, { team, by: "U0OLGA" });
}

async function expectNothing(page: Page, status: number, title: string): Promise<void> {
  expect([page.status, page.title]).toEqual([status, title]);
  expect(page.html).toContain("Nothing was installed and nothing was stored.");
  expect(page.href).toBe("/slack/install");
  expect(
    await asOwner("select 1 from slack_installations union all select 1 from slack_tokens"),
  ).toEqual([]);
  expect(logged.map(([event]) => event)).toContain("slack_installation");
}

describe("the first page", () => {
  test("links to Slack with every scope, one state, and the way back", async () => {
    const { status, href, title } = await olga.open("/slack/install");

    const url = new URL(href);
    expect([status, title]).toEqual([200, "Add Cleargate to Slack"]);
    expect(url.origin + url.pathname).toBe(`${slack.origin}/oauth/v2/authorize`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: APP.clientId,
      scope: REQUIRED_SCOPES.join(","),
      redirect_uri: `${PUBLIC_URL}/slack/oauth/callback`,
      state: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
    });
  });

  test("gives the browser a cookie that only we can read, and only over https", async () => {
    await olga.open("/slack/install");

    expect(olga.set).toEqual([
      expect.stringMatching(
        /^__Host-cleargate-install=[A-Za-z0-9_-]{43}; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/,
      ),
    ]);
  });

  test("is another one each time, and the database keeps hashes only", async () => {
    const pages = [await olga.open("/slack/install"), await olga.open("/slack/install")];
    const states = pages.map(({ href }) => new URL(href).searchParams.get("state") ?? "");

    const rows = JSON.stringify(await asOwner("select * from slack_install_states"));

    expect(new Set(states).size).toBe(2);
    for (const secret of [...states, ...olga.cookies.values()]) expect(rows).not.toContain(secret);
  });

  test("may load nothing, is framed by nobody, and is not kept", async () => {
    const { headers, html } = await olga.open("/slack/install");

    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe");
    expect(html).not.toMatch(/<script| on\w+=|style="/);
  });
});

describe("the way back", () => {
  test("installs the app, once, and greets by an encoded name", async () => {
    const page = await olga.open(await allow());

    expect([page.status, page.title]).toEqual([
      200,
      `Cleargate is installed in Bravo &amp; &lt;Sons&gt; ${count}`,
    ]);
    const installed = await installations.ofRef(bravo.world.teamId);
    expect(installed?.botToken).toBe(bravo.botToken);
    expect(installed).toMatchObject({ appId: APP.id, installedAt: START.toISOString() });
    expect(olga.cookies.size).toBe(0);
  });

  test("asks Slack with the new token where it works", async () => {
    await olga.open(await allow());

    expect(slack.callsOf("auth.test").at(-1)?.token).toBe(bravo.botToken);
  });

  test("logs no code, no state, no cookie and no token", async () => {
    const back = await allow();
    const [cookie = ""] = olga.cookies.values();
    await olga.open(back);
    await olga.open(back);

    const { code = "", state = "" } = Object.fromEntries(new URL(back).searchParams);
    const text = JSON.stringify(logged);
    expect(logged).toHaveLength(2);
    for (const secret of [code, state, cookie, bravo.botToken, APP.clientSecret])
      expect(text).not.toContain(secret);
  });
});

describe("refused, with nothing stored:", () => {
  test("the same address again", async () => {
    const back = await allow();
    slack.misbehave("oauth.v2.access", { kind: "error", error: "internal_error" });
    await olga.open(back);
    const again = openBrowser(address);
    for (const [name, value] of olga.cookies) again.cookies.set(name, value);

    await expectNothing(
      await again.open(back),
      403,
      "This link was used before, or is not one of ours",
    );
  });

  test("two at the same moment: one is", async () => {
    const back = await allow();
    const cookie = [...olga.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const open = () => fetch(`${address}${back.slice(PUBLIC_URL.length)}`, { headers: { cookie } });

    const answers = await Promise.all(Array.from({ length: 5 }, open));

    expect(answers.map(({ status }) => status).sort()).toEqual([200, 403, 403, 403, 403]);
  });

  test("another browser, and then the right one too", async () => {
    const back = await allow();

    const title = "This installation was started in another browser";
    await expectNothing(await openBrowser(address).open(back), 403, title);
    await expectNothing(
      await olga.open(back),
      403,
      "This link was used before, or is not one of ours",
    );
  });

  test("another browser that started one of its own", async () => {
    const back = await allow();
    const mallory = openBrowser(address);
    await mallory.open("/slack/install");

    await expectNothing(
      await mallory.open(back),
      403,
      "This installation was started in another browser",
    );
  });

  test("after ten minutes, and a moment before it is not", async () => {
    const title = "This installation took too long";
    const late = await allow();
    now = new Date(START.getTime() + 10 * MINUTE);
    await expectNothing(await olga.open(late), 403, title);

    const inTime = await allow();
    now = new Date(now.getTime() + 10 * MINUTE - 1);
    expect((await olga.open(inTime)).status).toBe(200);
  });

  test("when the clock was set back since, and would have to run again", async () => {
    const back = await allow();
    now = new Date(START.getTime() - 60 * MINUTE);
    await expectNothing(await olga.open(back), 403, "This installation took too long");
  });

  test.each<[string, (back: URL) => void, number, string]>([
    ["no state", (back) => back.searchParams.delete("state"), 400, "This address is incomplete"],
    [
      "an empty state",
      (back) => back.searchParams.set("state", ""),
      400,
      "This address is incomplete",
    ],
    [
      "two states",
      (back) => back.searchParams.append("state", "x"),
      400,
      "This address is incomplete",
    ],
    [
      "a made-up state",
      (back) => back.searchParams.set("state", "x".repeat(43)),
      403,
      "This link was used before, or is not one of ours",
    ],
    ["no code", (back) => back.searchParams.delete("code"), 400, "This address is incomplete"],
    [
      "an odd code",
      (back) => back.searchParams.set("code", "<script>"),
      400,
      "This address is incomplete",
    ],
    [
      "two codes",
      (back) => back.searchParams.append("code", "x"),
      400,
      "This address is incomplete",
    ],
    [
      "a made-up code",
      (back) => back.searchParams.set("code", "1.2"),
      400,
      "Slack did not accept the installation",
    ],
    [
      "an odd error",
      (back) => back.searchParams.set("error", "<b>"),
      400,
      "Slack did not allow the installation",
    ],
  ])("%s", async (_what, change, status, title) => {
    const back = new URL(await allow());
    change(back);

    await expectNothing(await olga.open(back.href), status, title);
  });

  test("no permission", async () => {
    const { href } = await olga.open("/slack/install");

    await expectNothing(await olga.open(slack.oauth.deny(href)), 403, "Cleargate was not allowed");
  });

  test.each<[string, object, number, string]>([
    ["another app", { app_id: "A0OTHER" }, 403, "This is another Slack app"],
    ["a user's token", { access_token: "xoxp-1-abcdefgh" }, 400, "Slack gave no bot token"],
    ["no token", { access_token: null }, 400, "Slack gave no bot token"],
    ["no workspace", { team: null }, 403, "The token does not belong to the workspace"],
    [
      "another workspace's token",
      { team: { id: "T0ELSE", name: "Else" } },
      403,
      "The token does not belong to the workspace",
    ],
    [
      "another bot's token",
      { bot_user_id: "UOTHER" },
      403,
      "The token does not belong to the workspace",
    ],
    [
      "fewer scopes",
      { scope: "commands,chat:write" },
      400,
      "Cleargate was not given everything it needs",
    ],
    [
      "tokens that expire",
      { refresh_token: "xoxe-1", expires_in: 43_200 },
      400,
      "The app has token rotation turned on",
    ],
  ])("%s", async (_what, answer, status, title) => {
    appId = APP.id;
    slack.oauth.answer({ ...answer });

    await expectNothing(await olga.open(await allow()), status, title);
  });

  test("an app that differs from the one installed before", async () => {
    await olga.open(await allow());
    slack.oauth.answer({ app_id: "A0OTHER" });
    const delta = slack.addTeam({ id: `T0DELTA${count}`, name: "Delta" });

    const page = await olga.open(await allow(olga, delta));

    expect(page.title).toBe("This is another Slack app");
    expect(await installations.ofRef(delta.world.teamId)).toBeNull();
  });

  test.each([
    ["cut connection", { kind: "reset" }],
    ["failure", { kind: "status", status: 500 }],
    ["limit", { kind: "rate_limited", retryAfterSeconds: 30 }],
  ] as const)("Slack's %s", async (_what, mood) => {
    slack.misbehave("oauth.v2.access", mood);

    await expectNothing(await olga.open(await allow()), 503, "Slack does not answer");
  });
});
