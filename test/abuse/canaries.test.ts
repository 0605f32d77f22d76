/** Planted secrets go through a whole day of the product, and stand afterwards in nothing that it leaves behind. */
import { generateKeyPairSync, randomBytes, randomUUID } from "node:crypto";
import { Writable } from "node:stream";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { signInTerminal } from "../../src/app/terminal/sign.ts";
import { MigrationId } from "../../src/domain/ids.ts";
import { createLog } from "../../src/log.ts";
import { openBrowser } from "../chat/slack/install/browser.ts";
import { LOGGING, openClinic, requested } from "../scenarios/openings.ts";
import { openSlackStage, type SlackStage } from "../scenarios/slack-stage.ts";
import { settingsFor, startTenant, teamsStageOn } from "../scenarios/teams-stage.ts";
import { keyLine, writeKeys } from "../store/encryption/keys.ts";
import { createDatabase } from "../support/database.ts";
import { APP } from "../support/slack/teams.ts";
import { type SplunkStandIn, startSplunk } from "../support/splunk/stand-in.ts";
import type { TeamsStandIn } from "../support/teams/stand-in.ts";

/** Put together here, so that no scanner takes this file for a leak. */
const random = (length: number) => randomBytes(length).toString("hex").slice(0, length);
const letters = (length: number) => random(length).toUpperCase();
const TYPED = {
  card: ["4539", "1488", "0343", "6467"].join(" "),
  "card without spaces": ["4539", "1488", "0343", "6467"].join(""),
  "card of another brand": ["3782", "822463", "10005"].join(" "),
  "social security number": ["536", "90", "4399"].join("-"),
  "bot token": ["xoxb", "271828182845", "314159265358", random(24)].join("-"),
  "app token": ["xapp", "1", "A0123456789", "271828182845", random(40)].join("-"),
  "key of a cloud": `AKIA${letters(16)}`,
  "token of a forge": ["ghp", random(36)].join("_"),
  "signed token": `eyJ${random(20)}.eyJ${random(30)}.${random(43)}`,
  "private key": `-----BEGIN ${"RSA PRIVATE KEY"}-----\n${random(64)}\n-----END ${"RSA PRIVATE KEY"}-----`,
};
/** What others say in their errors. */
const SAID = {
  "a word of Slack's": `xoxb-${random(12)}-${random(12)}`,
  "a page of Slack's": `page-${random(24)}`,
  "a detail of Slack's": `detail-${random(24)}`,
  "a page of Microsoft's": `microsoft-${random(24)}`,
  "a word of Splunk's": `splunk-${random(24)}`,
};
/** What a caller sends along. */
const SENT = {
  "a header": `header-${random(24)}`,
  "a path": `path-${random(24)}`,
  "a body that is no JSON": `body-${random(24)}`,
};

/** What the service itself keeps or is given. */
const encryptionKey = keyLine("k1");
const { privateKey } = generateKeyPairSync("ed25519");
const signingKey = String(privateKey.export({ type: "pkcs8", format: "pem" }));

const database = await createDatabase();
const lines: string[] = [];
const destination = new Writable({
  write(chunk, _encoding, done) {
    lines.push(String(chunk));
    done();
  },
});
const answers: string[] = [];
let stage: SlackStage;
let tenant: TeamsStandIn;
let splunk: SplunkStandIn;
const canaries: Record<string, string> = {};

beforeAll(async () => {
  splunk = await startSplunk();
  tenant = await startTenant({ appPassword: `teams~${random(24)}` });
  stage = await openSlackStage(database.ownerUrl, "http", {
    webChat: true,
    log: createLog("debug", destination),
    installing: {
      clientId: APP.clientId,
      clientSecret: APP.clientSecret,
      publicUrl: "https://cleargate.example",
      keyFile: { file: writeKeys(encryptionKey), mayCreate: false },
    },
    config: {
      signingKey,
      teams: settingsFor(tenant),
      splunk: { url: splunk.url, token: splunk.token },
      metrics: { own: { host: "127.0.0.1", port: 0 }, onService: false },
    },
  });
  Object.assign(canaries, {
    ...TYPED,
    ...SAID,
    ...SENT,
    "our bot token": stage.slack.botToken,
    "our signing secret": stage.slack.signingSecret,
    "our token for Splunk": splunk.token,
    "our client secret": APP.clientSecret,
    "our password at Microsoft": tenant.appPassword,
    "the token of a workspace that installed the app": await install(),
    "our encryption key": encryptionKey.split(":")[1] ?? "",
    "the ledger's signing key": signingKey.split("\n")[1] ?? "",
    "the password of the database": decodeURIComponent(new URL(database.ownerUrl).password),
  });
}, 120_000);

afterAll(async () => {
  await stage.stop();
  await splunk.close();
  await tenant.close();
});

test("there are twenty-seven of them at the start, and each is long enough to be found", () => {
  expect(Object.keys(canaries)).toHaveLength(27);
  expect(Object.entries(canaries).filter(([, secret]) => secret.length < 11)).toEqual([]);
});

test("after a day on which everything fails once, none stands anywhere", {
  timeout: 120_000,
}, async () => {
  await openClinic(stage, "canaries");
  await typeSecrets();
  await failAtOthers();
  await sendRubbish();
  await requested(stage, "a-good-day");
  canaries["a token for the terminal"] = await signByToken();
  await stage.running.core.store.examine();
  for (const examination of stage.running.core.deps.examinations)
    answers.push(JSON.stringify(await examination()));
  const metrics = await (await fetch(`${stage.running.metricsUrl}/metrics`)).text();
  const dump = await dumpDatabase();

  // Each place has something in it, or finding nothing there would mean nothing.
  expect(lines.length).toBeGreaterThan(5);
  expect(metrics).toContain("cleargate_refusals_total");
  expect(dump).toContain("CommandRefused");
  expect(dump).toContain("a-good-day");
  const { messages, ephemerals } = stage.slack.world;
  const shown = JSON.stringify([messages, ephemerals, tenant.world.messages]);
  const shipped = JSON.stringify(splunk.events);
  const places = {
    log: lines.join(""),
    answers: answers.join("\n"),
    metrics,
    dump,
    shown,
    shipped,
  };
  const found = Object.entries(places).flatMap(([place, text]) =>
    Object.entries(canaries)
      .filter(
        ([, secret]) => text.includes(secret) || text.includes(JSON.stringify(secret).slice(1, -1)),
      )
      .map(([name]) => `${name} in ${place}`),
  );
  expect(found).toEqual([]);
});

/** No token is to be had at first, then an answer cannot be posted. */
async function failAtMicrosoft(): Promise<void> {
  const engineer = (await teamsStageOn(stage.running, tenant)).as("engineer");
  const says = SAID["a page of Microsoft's"];
  for (const call of ["token", "post"] as const) {
    tenant.misbehave(call, { kind: "page", status: 500, body: says }, { times: 9 });
    await engineer.command("help");
  }
  expect(tenant.callsOf("token").length).toBeGreaterThan(1);
}

/** Another workspace installs the app; answers with its token. */
async function install(): Promise<string> {
  const team = stage.slack.addTeam({ id: "T0CANARY1", name: "T0CANARY1" });
  team.addUser("U0OLGA", { name: "Olga", isAdmin: true });
  const browser = openBrowser(stage.running.url);
  const { href } = await browser.open("/slack/install");
  const page = await browser.open(stage.slack.oauth.allow(href, { team, by: "U0OLGA" }));
  answers.push(page.html);
  expect(page.status).toBe(200);
  return team.botToken;
}

/** A token of the ceremony is tried where it does not fit, then spent, then tried again. */
async function signByToken(): Promise<string> {
  const signer = stage.as("compliance");
  await signer.command(`/compliance sign ${LOGGING.requirement}`);
  await signer.press("Sign in the terminal");
  const [token] = /(?<![\w-])[\w-]{43}(?![\w-])/.exec(signer.form() ?? "") ?? [];
  if (token === undefined) throw new Error("there is no token on the screen");
  const [row] = await database.asOwner("select id from migrations where customer like '%good-day'");
  const migrationId = MigrationId.parse(row?.id);
  for (const requirement of ["hipaa_baa_signed", LOGGING.requirement, LOGGING.requirement]) {
    const { deps } = stage.running.core;
    answers.push(JSON.stringify(await signInTerminal(deps, { migrationId, requirement, token })));
  }
  expect(answers.at(-2)).toContain('"signOff"');
  expect(answers.at(-1)).toContain("signing_token_invalid");
  return token;
}

/** In a message, in a reason, in an answer. */
async function typeSecrets(): Promise<void> {
  const engineer = stage.as("engineer");
  const [migration] = await database.asOwner("select id from migrations limit 1");
  for (const [name, secret] of Object.entries(TYPED)) {
    await engineer.command(`/compliance start ${secret}`);
    const command = { type: "ConfirmCancel", migration: migration?.id };
    const values = { reason: `As agreed: ${secret}` };
    const { running } = stage;
    const response = await fetch(`${running.url}/chat/api/act`, {
      method: "POST",
      headers: {
        origin: running.url,
        "x-cleargate-chat": "1",
        "content-type": "application/json",
      },
      body: JSON.stringify({
        as: "amara",
        eventId: randomUUID(),
        channel: "general",
        command,
        values,
      }),
    });
    const text = await response.text();
    expect([name, text.includes("That looks like")]).toEqual([name, true]);
    answers.push(text);
  }
  await stage.running.settled();
}

/** Slack and Splunk fail, and say what they should not. */
async function failAtOthers(): Promise<void> {
  const { slack } = stage;
  slack.misbehave(
    "chat.postMessage",
    { kind: "error", error: SAID["a word of Slack's"] },
    { times: 3 },
  );
  await say("one");
  slack.misbehave("chat.postMessage", {
    kind: "page",
    status: 500,
    body: SAID["a page of Slack's"],
  });
  await say("two");
  slack.misbehave("chat.postMessage", {
    kind: "error",
    error: "invalid_arguments",
    details: [SAID["a detail of Slack's"]],
  });
  await say("three");
  await failAtMicrosoft();
  splunk.misbehave({ kind: "status", status: 500, says: SAID["a word of Splunk's"] }, 2);
  await expect
    .poll(async () => (await stage.running.core.store.measure()).shipping.entries, {
      timeout: 20_000,
    })
    .toBe(0);
}

async function say(headline: string): Promise<void> {
  const { store } = stage.running.core;
  const workspaceRef = stage.slack.world.teamId;
  const { organisationId, workspaceId } = await store.organisationOf({
    surface: "slack",
    workspaceRef,
  });
  const [first] = [...stage.slack.world.channels.keys()];
  const channel = { surface: "slack", workspaceId, channelId: first ?? "" } as const;
  const calls = stage.slack.callsOf("chat.postMessage").length;
  await store.write(organisationId, null, (writing) =>
    writing.deliver([{ lane: "bulk", to: { kind: "channel", channel }, message: { headline } }]),
  );
  await expect.poll(() => stage.slack.callsOf("chat.postMessage").length).toBeGreaterThan(calls);
}

async function sendRubbish(): Promise<void> {
  const { url } = stage.running;
  const headers = {
    Authorization: `Bearer ${SENT["a header"]}`,
    "x-slack-signature": SENT["a header"],
  };
  const asked = [
    fetch(`${url}/${SENT["a path"]}`, { headers }),
    fetch(`${url}/slack/events`, { method: "POST", headers, body: SENT["a body that is no JSON"] }),
    fetch(`${url}/chat/api/act`, {
      method: "POST",
      headers: {
        ...headers,
        origin: url,
        "x-cleargate-chat": "1",
        "content-type": "application/json",
      },
      body: SENT["a body that is no JSON"],
    }),
  ];
  for (const response of await Promise.all(asked)) answers.push(await response.text());
}

/** Every row of every table as text, as `pg_dump` would write it. */
async function dumpDatabase(): Promise<string> {
  const session = new pg.Client(database.ownerUrl);
  await session.connect();
  try {
    const tables = await session.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
       where schemaname not in ('pg_catalog', 'information_schema')`,
    );
    const parts: string[] = [];
    for (const { name } of tables.rows) {
      const { rows } = await session.query<{ line: string }>(
        `select t::text as line from ${name} t`,
      );
      parts.push(name, ...rows.map(({ line }) => line));
    }
    return parts.join("\n");
  } finally {
    await session.end();
  }
}
