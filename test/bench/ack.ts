/**
 * A signed click until it is durable and Slack has its 200, at a steady rate that waits for nobody: our server beside
 * a bare Bolt app that asks `users.info` and inserts one row. Both run in processes of their own.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { openEmbeddedPostgres } from "../../src/store/embedded.ts";
import { freePort, startServer } from "../faults/server.ts";
import { httpDoor, signBody } from "../support/slack/driver/door.ts";
import { slackPerson } from "../support/slack/driver/person.ts";
import { type SlackStandIn, startSlack } from "../support/slack/stand-in.ts";
import { median, quantile, type Result, rounded } from "./measure.ts";
import { aFolder } from "./stage.ts";

const ROUNDS = 5;
const SLOT_MS = 2_000;
const WARM_MS = 2_000;
/** What is wanted, and what leaves two cores idle enough that the time is that of a click alone. */
const RATES = process.env.BENCH_RATE ? [Number(process.env.BENCH_RATE)] : [200, 40];
const TOO_LATE_MS = 1_000;
const ENGINEER = "U0DANA";

/** One signed command, answered; each has a trigger of its own. */
type Click = () => Promise<number>;

function createClick(slack: SlackStandIn, url: string, channel: string): Click {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });
  let count = 0;
  return () => {
    count += 1;
    const body = new URLSearchParams({
      command: "/compliance",
      text: "gate 3",
      user_id: ENGINEER,
      team_id: slack.world.teamId,
      channel_id: channel,
      trigger_id: `ack-${url}-${count}`,
      response_url: `${slack.apiUrl}response`,
    }).toString();
    return new Promise((resolve, reject) => {
      const request = http.request(url, {
        agent,
        method: "POST",
        headers: {
          "content-type": "application/x-www-form-urlencoded",
          "content-length": Buffer.byteLength(body),
          ...signBody(body, slack.signingSecret),
        },
      });
      request.on("response", (response) => {
        response.resume();
        response.on("end", () => resolve(response.statusCode ?? 0));
      });
      request.on("error", reject);
      request.end(body);
    });
  };
}

/** What each click took from the moment when it was meant to begin; one that was not taken took forever. */
async function arrive(
  click: Click,
  { perSecond, lasting }: { readonly perSecond: number; readonly lasting: number },
): Promise<readonly number[]> {
  const taken: Promise<number>[] = [];
  const began = performance.now();
  const every = 1000 / perSecond;
  for (let n = 0; n * every < lasting; n += 1) {
    const due = began + n * every;
    const wait = due - performance.now();
    if (wait > 1) await sleep(wait);
    taken.push(
      click().then(
        (status) => (status === 200 ? performance.now() - due : Number.POSITIVE_INFINITY),
        () => Number.POSITIVE_INFINITY,
      ),
    );
  }
  return Promise.all(taken);
}

/** The bare app, in plain JavaScript, so that nothing compiles while it is measured. */
const BARE = `
import { App } from "@slack/bolt";
import pg from "pg";
const { TOKEN, SECRET, API, DATABASE, PORT } = process.env;
const pool = new pg.Pool({ connectionString: DATABASE, max: 10 });
await pool.query("create table if not exists public.bare (id bigserial primary key, body text)");
const app = new App({ token: TOKEN, signingSecret: SECRET, clientOptions: { slackApiUrl: API } });
app.command("/compliance", async ({ ack, body, client }) => {
  await client.users.info({ user: body.user_id });
  await pool.query("insert into public.bare (body) values ($1)", ["x".repeat(400)]);
  await ack("Done.");
});
await app.start(Number(PORT));
process.stdout.write("ready\\n");
`;

async function startBare(slack: SlackStandIn, database: string) {
  const port = await freePort();
  // Beside the packages that it imports.
  const file = path.resolve(`bare-bolt-${process.pid}.mjs`);
  fs.writeFileSync(file, BARE);
  const child: ChildProcess = spawn(process.execPath, [file], {
    env: {
      ...process.env,
      TOKEN: slack.botToken,
      SECRET: slack.signingSecret,
      API: slack.apiUrl,
      DATABASE: database,
      PORT: String(port),
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (!child.stdout) throw new Error("the bare app says nothing");
  await once(child.stdout, "data");
  fs.rmSync(file);
  return { url: `http://127.0.0.1:${port}/slack/events`, stop: () => child.kill("SIGKILL") };
}

export async function benchAck(): Promise<readonly Result[]> {
  const folder = aFolder();
  const postgres = await openEmbeddedPostgres({ dataDir: folder });
  const slack = await startSlack();
  const channel = slack.addChannel("clinic", { members: [ENGINEER] }).id;
  slack.addUser(ENGINEER, { kind: "member", isAdmin: true });
  const server = await startServer({
    port: await freePort(),
    settings: {
      DATABASE_URL: postgres.ownerUrl,
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_SIGNING_SECRET: slack.signingSecret,
      SLACK_API_URL: slack.apiUrl,
    },
  });
  const url = `${server.origin}/slack/events`;
  const bare = await startBare(slack, postgres.ownerUrl);
  try {
    await openMigration({ slack, url, channel, database: postgres.ownerUrl });
    const clicks = {
      ours: createClick(slack, url, channel),
      peer: createClick(slack, bare.url, channel),
    };
    const results: Result[] = [];
    for (const perSecond of RATES) results.push(await compare(clicks, perSecond));
    return results;
  } finally {
    bare.stop();
    await server.kill("SIGTERM");
    await slack.close();
    await postgres.close();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** The migration that every click is about. */
async function openMigration(where: {
  readonly slack: SlackStandIn;
  readonly url: string;
  readonly channel: string;
  readonly database: string;
}): Promise<void> {
  const { slack, url, channel, database } = where;
  const person = slackPerson({ slack, door: httpDoor(slack, url), user: ENGINEER, channel });
  await person.command("/compliance start Bench Clinic, hospital");
  await person.submit({ time_zone: "America/New_York" });
  const plain = new pg.Client({ connectionString: database });
  await plain.connect();
  const { rows } = await plain.query("select count(*)::int as count from cleargate.migrations");
  await plain.end();
  if (rows[0]?.count !== 1) throw new Error("the migration was not opened");
}

async function compare(
  { ours, peer }: { readonly ours: Click; readonly peer: Click },
  perSecond: number,
): Promise<Result> {
  const warm = { perSecond, lasting: WARM_MS };
  const slot = { perSecond, lasting: SLOT_MS };
  await arrive(ours, warm);
  await arrive(peer, warm);
  const all = { ours: [] as number[], peer: [] as number[] };
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const first = await arrive(ours, slot);
    const second = await arrive(peer, slot);
    const third = await arrive(peer, slot);
    const fourth = await arrive(ours, slot);
    ratios.push(p99([...first, ...fourth]) / p99([...second, ...third]));
    all.ours.push(...first, ...fourth);
    all.peer.push(...second, ...third);
  }
  const ratio = median(ratios);
  const late = all.ours.filter((ms) => ms > TOO_LATE_MS).length;
  const away = all.ours.filter((ms) => !Number.isFinite(ms)).length;
  return {
    what: `ack, ${perSecond} a second`,
    ours: `signed click until 200; ${late} after a second, ${away} of them turned away`,
    peer: `bare Bolt, p99 ${rounded(p99(all.peer))} ms`,
    rounds: ROUNDS,
    runs: all.ours.length,
    oursMs: rounded(median(all.ours)),
    oursP99Ms: rounded(p99(all.ours)),
    oursCpuMs: 0,
    peerMs: rounded(median(all.peer)),
    ratio: rounded(ratio),
    ratioFrom: rounded(Math.min(...ratios)),
    ratioTo: rounded(Math.max(...ratios)),
    goal: "p99 at most 1.5 times the peer's, none after a second",
    met: ratio <= 1.5 && late === 0,
    load: rounded(os.loadavg()[0] ?? 0),
  };
}

const p99 = (values: readonly number[]): number => quantile(values, 0.99);
