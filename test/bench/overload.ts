/** Three times as many requests as one process can answer: what is still done, and how fast the rest is told. */
import http from "node:http";
import os from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort, type Server, startServer } from "../faults/server.ts";
import { signBody } from "../support/slack/driver/door.ts";
import { type SlackStandIn, startSlack } from "../support/slack/stand-in.ts";
import { median, type Result, rounded } from "./measure.ts";

const ROUNDS = 5;
const PEAK_MS = 2_000;
const OVERLOAD_MS = 3_000;
/** As many as get a place, so that nobody is turned away. */
const CLIENTS = 32;
const TIMES = 3;
/** Slack waits so long for an answer; a later one helps nobody. */
const PATIENCE_MS = 3_000;

interface Answered {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly tookMs: number;
}

type Click = () => Promise<Answered>;

/** Signed commands of one person, each with a trigger of its own. */
function createClick(slack: SlackStandIn, server: Server, channel: string): Click {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 512 });
  let count = 0;
  return () => {
    count += 1;
    const body = new URLSearchParams({
      command: "/compliance",
      text: "people",
      user_id: "U0DANA",
      team_id: slack.world.teamId,
      channel_id: channel,
      trigger_id: `overload-${count}`,
    }).toString();
    const began = performance.now();
    return new Promise((resolve, reject) => {
      const request = http.request(`${server.origin}/slack/events`, {
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
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            retryAfter: response.headers["retry-after"],
            tookMs: performance.now() - began,
          }),
        );
      });
      request.on("error", reject);
      request.end(body);
    });
  };
}

/** As fast as so many clients go who wait for each answer: done in a second. */
async function measurePeak(click: Click): Promise<number> {
  const until = performance.now() + PEAK_MS;
  let done = 0;
  const client = async (): Promise<void> => {
    while (performance.now() < until) if ((await click()).status === 200) done += 1;
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return done / (PEAK_MS / 1000);
}

/** So many in a second, whether or not those before are answered. */
async function overload(click: Click, perSecond: number): Promise<readonly Answered[]> {
  const answers: Promise<Answered>[] = [];
  const began = performance.now();
  while (performance.now() - began < OVERLOAD_MS) {
    const due = ((performance.now() - began) / 1000) * perSecond;
    while (answers.length < due) answers.push(click());
    await sleep(2);
  }
  return Promise.all(answers);
}

export async function benchOverload(): Promise<readonly Result[]> {
  const slack = await startSlack();
  const channel = slack.addChannel("clinic", { members: ["U0DANA"] }).id;
  slack.addUser("U0DANA", { kind: "member" });
  const server = await startServer({
    port: await freePort(),
    settings: {
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_SIGNING_SECRET: slack.signingSecret,
      SLACK_API_URL: slack.apiUrl,
    },
  });
  try {
    const click = createClick(slack, server, channel);
    await measurePeak(click);
    return [await compare(click)];
  } finally {
    await server.kill("SIGTERM");
    await slack.close();
  }
}

async function compare(click: Click): Promise<Result> {
  const peaks: number[] = [];
  const ratios: number[] = [];
  const done: Answered[] = [];
  const turnedAway: Answered[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const peak = await measurePeak(click);
    const answers = await overload(click, peak * TIMES);
    const good = answers.filter(({ status, tookMs }) => status === 200 && tookMs < PATIENCE_MS);
    peaks.push(peak);
    ratios.push(good.length / (OVERLOAD_MS / 1000) / peak);
    done.push(...good);
    turnedAway.push(...answers.filter(({ status }) => status !== 200));
    await sleep(200);
  }
  const wrong = turnedAway.filter(({ status, retryAfter }) => status !== 503 || !retryAfter);
  if (wrong.length > 0) throw new Error(`${wrong.length} were refused without a time to wait`);
  const ratio = median(ratios);
  const away = turnedAway.map(({ tookMs }) => tookMs);
  return {
    what: "overload",
    ours: `at ${TIMES} times the peak; turned away in ${rounded(median(away))} ms (${turnedAway.length})`,
    peer: `peak of ${rounded(median(peaks))} in a second`,
    rounds: ROUNDS,
    runs: done.length,
    oursMs: rounded(median(done.map(({ tookMs }) => tookMs))),
    oursP99Ms: rounded(
      quantile(
        done.map(({ tookMs }) => tookMs),
        0.99,
      ),
    ),
    oursCpuMs: 0,
    peerMs: rounded(1000 / median(peaks)),
    ratio: rounded(ratio),
    ratioFrom: rounded(Math.min(...ratios)),
    ratioTo: rounded(Math.max(...ratios)),
    goal: "at least 0.9 of the peak, the rest told within 50 ms",
    met: ratio >= 0.9 && median(away) <= 50,
    load: rounded(os.loadavg()[0] ?? 0),
  };
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
