/** Nonsense at a high rate at every door: it is refused, nothing breaks, nothing grows, and the log stays readable. */
import { once } from "node:events";
import http from "node:http";
import { expect, it } from "vitest";
import { errorsIn, openGround } from "../abuse/ground.ts";
import { chanceOf, seedOf } from "../support/chance.ts";
import { signBody } from "../support/slack/driver/door.ts";
import { times } from "./scale.ts";
import { findDamage } from "./workload.ts";

const ground = await openGround();
const CLIENTS = 16;
const SECONDS = times(5);
const seed = seedOf("nonsense");

interface Sending {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

const JSON_TYPE = { "content-type": "application/json" };
const FORM_TYPE = { "content-type": "application/x-www-form-urlencoded" };
const form = (payload: string): string => new URLSearchParams({ payload }).toString();

const BODIES: readonly string[] = [
  "",
  "null",
  "[]",
  "0",
  '"text"',
  "{",
  '{"type":"block_actions","actions":[]}',
  '{"type":"block_actions","user":{"id":["U1"]},"actions":[{"action_id":{}}]}',
  '{"type":"view_submission","user":{},"view":{"state":{"values":[]}}}',
  '{"type":"event_callback","event":{"type":"message"},"event_id":7}',
  '{"type":"event_callback","event":{"type":"app_home_opened","user":null}}',
  '{"__proto__":{"polluted":true},"type":"block_actions"}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"type":"view_submission","view":{"private_metadata":"{\\"__proto__\\":{\\"polluted\\":1}}"},"user":{"id":"U1"}}',
  '{"type":"block_actions","team":null,"user":{"id":"U0PRIYA"},"actions":[{"action_id":"a","value":"\\u0000"}]}',
  '{"type":"\\ud800"}',
  '{"a":1e999,"b":-0,"type":"view_closed"}',
  `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`,
  "[".repeat(100_000),
  `{"type":"${"x".repeat(200_000)}"}`,
  `{${Array.from({ length: 5_000 }, (_, n) => `"k${n}":${n}`).join(",")}}`,
];
const FORMS: readonly string[] = [
  "command=%2Fcompliance&text=%00&user_id=U0PRIYA&team_id=T0CLEAR01",
  "command=%2Fcompliance&text=%FF%FE&user_id=__proto__&team_id=T0CLEAR01&channel_id=C1",
  `command=%2Fcompliance&text=${"help ".repeat(8_000)}&user_id=U0PRIYA&team_id=T0CLEAR01`,
  "command=%2Fcompliance&command=%2Fother",
  "command=&user_id=&team_id=",
  "__proto__=1&command=%2Fcompliance",
  "%%%&=&==&&",
];
const PATHS: readonly string[] = [
  "/%00",
  "/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
  "/chat/../../etc/passwd",
  "/chat/api/messages?channel[]=1&as=amara",
  "/chat/api/messages?as=__proto__&channel=general",
  `/${"a".repeat(8_000)}`,
  "/slack/events?x=%E0%A4%A",
  "/healthz/%E0%A4%A",
  "//evil.example/%5c",
];

/** One piece of nonsense, signed or not. */
function nonsense(chance: () => number, secret: string, origin: string): Sending {
  const pick = <T>(list: readonly T[]): T => {
    const one = list[Math.floor(chance() * list.length)];
    if (one === undefined) throw new Error("nothing to pick");
    return one;
  };
  const events = "/slack/events";
  const signed = (body: string | Buffer, type: Readonly<Record<string, string>>): Sending => ({
    path: events,
    headers: { ...type, ...signBody(body, secret) },
    body,
  });
  const page = { origin, "x-cleargate-chat": "1", ...JSON_TYPE };
  return pick<() => Sending>([
    () => signed(pick(BODIES), JSON_TYPE),
    () => signed(form(pick(BODIES)), FORM_TYPE),
    () => signed(pick(FORMS), FORM_TYPE),
    () => signed(Buffer.from([0xff, 0xfe, 0x7b, Math.floor(chance() * 256)]), JSON_TYPE),
    () => signed(pick(BODIES), { "content-type": pick(["text/plain", "a/b; charset=x", "{}"]) }),
    () => ({ path: events, headers: FORM_TYPE, body: pick(FORMS) }),
    () => ({
      path: events,
      headers: { ...JSON_TYPE, ...signBody("{}", "f".repeat(32)) },
      body: "{}",
    }),
    () => ({ path: events, headers: JSON_TYPE, body: "x".repeat(300_000) }),
    () => ({ path: events, headers: { ...JSON_TYPE, "content-encoding": "gzip" }, body: "{}" }),
    () => ({ method: pick(["PUT", "TRACE", "OPTIONS", "DELETE", "PROPFIND"]), path: events }),
    () => ({ method: pick(["GET", "POST"]), path: pick(PATHS) }),
    () => ({
      path: `/chat/api/${pick(["say", "act", "channels"])}`,
      headers: page,
      body: pick(BODIES),
    }),
    () => ({ path: "/chat/api/bring", headers: page, body: pick(BODIES) }),
  ])();
}

/** The status; a request that is cut off on purpose, such as a body that is far too large, is 0. */
function send(origin: string, agent: http.Agent, sending: Sending): Promise<number> {
  return new Promise((resolve) => {
    const { method = "POST", path, headers = {}, body = "" } = sending;
    const length = { "content-length": String(Buffer.byteLength(body)) };
    const withBody = method === "GET" || method === "TRACE" ? {} : length;
    const { hostname, port } = new URL(origin);
    const request = http.request({
      ...{ hostname, port, path, method, agent },
      headers: { ...headers, ...withBody },
      timeout: 8_000,
    });
    request.on("response", (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
      response.on("error", () => resolve(response.statusCode ?? 0));
    });
    request.on("timeout", () => {
      request.destroy();
      resolve(-1);
    });
    request.on("error", () => resolve(0));
    request.end("content-length" in withBody ? body : undefined);
  });
}

interface Flood {
  readonly statuses: ReadonlyMap<number, number>;
  /** What was answered with an error of ours, or not at all. */
  readonly wrong: readonly string[];
}

/** Many clients at once, each with choices of its own, whoever of them is faster. */
async function flood(
  to: { readonly origin: string; readonly secret: string; readonly seed: number },
  seconds: number,
): Promise<Flood> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: CLIENTS });
  const until = performance.now() + seconds * 1000;
  const statuses = new Map<number, number>();
  const wrong: string[] = [];
  const client = async (_: unknown, nth: number): Promise<void> => {
    const chance = chanceOf(to.seed + nth);
    while (performance.now() < until) {
      const sending = nonsense(chance, to.secret, to.origin);
      const status = await send(to.origin, agent, sending);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (status >= 500 || status < 0)
        wrong.push(`${status} ${sending.path.slice(0, 60)} ${String(sending.body).slice(0, 80)}`);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  agent.destroy();
  return { statuses, wrong };
}

it(
  "nonsense is refused, and nothing breaks or grows",
  async () => {
    const { slack } = ground().slack;
    const origin = ground().slack.running.url;
    const to = { origin, secret: slack.signingSecret, seed };
    const first = await flood(to, 2);
    const before = process.memoryUsage().rss;
    const then = await flood({ ...to, seed: seed + CLIENTS }, SECONDS);
    const grownMegabytes = (process.memoryUsage().rss - before) / 2 ** 20;
    const wrong = [...first.wrong, ...then.wrong];
    const statuses = new Map([...first.statuses, ...then.statuses]);

    expect(wrong.slice(0, 5)).toEqual([]);
    expect([...then.statuses.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(300);
    for (const status of [400, 401, 404, 405, 413, 415])
      expect([...statuses.keys()]).toContain(status);
    expect(errorsIn(ground())).toEqual([]);
    const refused = ground()
      .logged()
      .split("\n")
      .filter((line) => line.includes('"event_type":"request_refused"'));
    for (const why of ["bad_signature", "unsigned", "too_large", "encoded", "unreadable"])
      expect(refused.some((line) => line.includes(`"why":"${why}"`))).toBe(true);
    // Twenty of a kind and then twenty a minute; there are twelve kinds.
    expect(refused.length).toBeLessThanOrEqual(
      12 * (20 + Math.ceil(((SECONDS + 2) / 60) * 20) + 1),
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(grownMegabytes).toBeLessThan(200);
    await ground().web.as("engineer").command("/compliance help");
    await ground()
      .web.as("engineer")
      .sees(/\/compliance start/);
    const { database } = ground();
    expect(await findDamage(database, database.ownerUrl)).toEqual([]);
  },
  (SECONDS + 60) * 1000,
);

/** A handler as one writes it first: it believes what it is sent. */
const trusting: http.RequestListener = (request, response) => {
  const parts: Buffer[] = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    try {
      const { type, actions } = JSON.parse(Buffer.concat(parts).toString());
      const answer = JSON.stringify({ type: type.trim(), action: actions[0].action_id });
      response.writeHead(200).end(answer);
    } catch {
      response.writeHead(500).end();
    }
  });
};

it("the same nonsense breaks whoever believes what is sent", { timeout: 30_000 }, async () => {
  const server = http.createServer(trusting).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const origin = `http://127.0.0.1:${port}`;

  const { wrong } = await flood({ origin, secret: "none", seed }, 0.3);
  server.close();
  server.closeAllConnections();

  expect(wrong.length).toBeGreaterThan(0);
});
