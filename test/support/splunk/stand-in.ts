/**
 * A local stand-in for Splunk's HTTP Event Collector: a real HTTP server that checks token, channel and the form of
 * every event, keeps what it took, acknowledges when told to, and fails on demand.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";

export type SplunkMood =
  | {
      readonly kind: "status";
      readonly status: number;
      readonly code?: number;
      readonly says?: string;
    }
  | { readonly kind: "busy"; readonly retryAfterSeconds?: number }
  /** Takes the request and never answers. */
  | { readonly kind: "hang" }
  | { readonly kind: "reset" }
  /** Takes the events, then cuts the connection. */
  | { readonly kind: "lose_reply" }
  /** Says yes, and forgets the events before they are indexed. */
  | { readonly kind: "forget" }
  | { readonly kind: "slow"; readonly ms: number }
  /** Another server: an answer that is not Splunk's. */
  | { readonly kind: "foreign" };

const Event = z.looseObject({
  time: z.number().optional(),
  source: z.string(),
  sourcetype: z.string(),
  event: z.looseObject({ event_id: z.string(), organisation: z.string() }),
});
export type SplunkEvent = z.infer<typeof Event>;

export interface SplunkStandIn {
  readonly url: string;
  readonly token: string;
  /** What is indexed, in the order in which it came, repeats included. */
  readonly events: readonly SplunkEvent[];
  readonly requests: readonly { readonly path: string; readonly at: number }[];
  /** The sequence numbers of one organisation's entries, each once, sorted. */
  sequences(organisation: string): readonly number[];
  /** Of one kind, each event once. */
  of(sourcetype: string): readonly SplunkEvent["event"][];
  /** For so many requests; absent: until it behaves. */
  misbehave(mood: SplunkMood, times?: number): void;
  behave(): void;
  /** Events that are refused, with the whole batch they come in. */
  refuse(isPoison: ((event: SplunkEvent["event"]) => boolean) | null): void;
  /** Indexer acknowledgment: off, at once, or only when `index` is called. */
  acknowledge(how: "off" | "at_once" | "when_told"): void;
  index(): void;
  close(): Promise<void>;
}

interface State {
  readonly token: string;
  readonly events: SplunkEvent[];
  readonly requests: { readonly path: string; readonly at: number }[];
  readonly pending: Map<number, { readonly channel: string; events: readonly SplunkEvent[] }>;
  readonly indexed: Set<number>;
  mood: { readonly mood: SplunkMood; times: number } | null;
  isPoison: ((event: SplunkEvent["event"]) => boolean) | null;
  acknowledges: "off" | "at_once" | "when_told";
  acks: number;
}

/** Starts the stand-in on a free loopback port, or on the one given. */
export async function startSplunk(given: { readonly port?: number } = {}): Promise<SplunkStandIn> {
  const state: State = {
    token: "0f6c1a52-7d1e-4b0a-9d53-2f1f4f6f2a10",
    events: [],
    requests: [],
    pending: new Map(),
    indexed: new Set(),
    mood: null,
    isPoison: null,
    acknowledges: "off",
    acks: 0,
  };
  const server = createServer((request, response) => {
    route(state, request, response).catch((error) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(given.port ?? 0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { ...control(state), url: `http://127.0.0.1:${port}`, close: () => stop(server) };
}

function stop(server: ReturnType<typeof createServer>): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

function control(state: State): Omit<SplunkStandIn, "url" | "close"> {
  const of = (sourcetype: string) => {
    const found = state.events.filter((event) => event.sourcetype === sourcetype);
    return [...new Map(found.map(({ event }) => [event.event_id, event])).values()];
  };
  return {
    token: state.token,
    events: state.events,
    requests: state.requests,
    of,
    sequences: (organisation) =>
      of("cleargate:ledger")
        .filter((event) => event.organisation === organisation)
        .map(({ sequence }) => Number(sequence))
        .toSorted((a, b) => a - b),
    misbehave(mood, times = Number.POSITIVE_INFINITY) {
      state.mood = { mood, times };
    },
    behave() {
      state.mood = null;
    },
    refuse(isPoison) {
      state.isPoison = isPoison;
    },
    acknowledge(how) {
      state.acknowledges = how;
    },
    index: () => indexPending(state),
  };
}

function indexPending(state: State): void {
  for (const [ackId, { events }] of state.pending) {
    state.events.push(...events);
    state.indexed.add(ackId);
  }
  state.pending.clear();
}

async function route(state: State, request: IncomingMessage, response: ServerResponse) {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString("utf8");
  const url = new URL(request.url ?? "/", "http://splunk");
  state.requests.push({ path: url.pathname, at: performance.now() });
  const say = (status: number, answer: object): void => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
  };
  if (request.headers.authorization !== `Splunk ${state.token}`)
    return say(403, { text: "Invalid token", code: 4 });
  const channel = String(request.headers["x-splunk-request-channel"] ?? "");
  if (url.pathname === "/services/collector/ack") return answerAcks(state, body, say);
  if (url.pathname !== "/services/collector/event") return say(404, { text: "Not found" });
  const mood = takeMood(state);
  if (mood && (await inMood(mood, response, say))) return;
  return takeEvents(state, { body, channel, mood, response, say });
}

function takeMood(state: State): SplunkMood | null {
  const { mood } = state;
  if (!mood) return null;
  mood.times -= 1;
  if (mood.times <= 0) state.mood = null;
  return mood.mood;
}

type Say = (status: number, answer: object) => void;

/** True when nothing is left to do. */
async function inMood(mood: SplunkMood, response: ServerResponse, say: Say): Promise<boolean> {
  switch (mood.kind) {
    case "status":
      say(mood.status, { text: mood.says ?? "scripted", code: mood.code });
      return true;
    case "busy":
      if (mood.retryAfterSeconds) response.setHeader("retry-after", String(mood.retryAfterSeconds));
      say(503, { text: "Server is busy", code: 9 });
      return true;
    case "hang":
      return true;
    case "reset":
      response.socket?.destroy();
      return true;
    case "foreign":
      response.writeHead(200, { "content-type": "text/html" }).end("<html>Welcome</html>");
      return true;
    case "slow":
      await new Promise((resolve) => setTimeout(resolve, mood.ms));
      return false;
    case "lose_reply":
    case "forget":
      return false;
  }
}

function takeEvents(
  state: State,
  exchange: {
    readonly body: string;
    readonly channel: string;
    readonly mood: SplunkMood | null;
    readonly response: ServerResponse;
    readonly say: Say;
  },
) {
  const { body, channel, mood, response, say } = exchange;
  const parsed = z.array(Event).safeParse(parseLines(body));
  if (!parsed.success || parsed.data.length === 0)
    return say(400, { text: "Invalid data format", code: 6, "invalid-event-number": 0 });
  const events = parsed.data;
  const poison = events.findIndex(({ event }) => state.isPoison?.(event) ?? false);
  if (poison >= 0) {
    // What stands before it is taken all the same, as Splunk does.
    state.events.push(...events.slice(0, poison));
    return say(400, { text: "Invalid data format", code: 6, "invalid-event-number": poison });
  }
  if (state.acknowledges === "off") {
    if (mood?.kind !== "forget") state.events.push(...events);
    if (mood?.kind === "lose_reply") return response.socket?.destroy();
    return say(200, { text: "Success", code: 0 });
  }
  if (!/^[0-9a-f-]{36}$/.test(channel))
    return say(400, { text: "Data channel is missing", code: 10 });
  const ackId = state.acks;
  state.acks += 1;
  if (mood?.kind !== "forget") state.pending.set(ackId, { channel, events });
  if (state.acknowledges === "at_once") indexPending(state);
  say(200, { text: "Success", code: 0, ackId });
}

/** Events follow one another; each stands on a line of its own. */
function parseLines(body: string): unknown[] {
  try {
    return body.split("\n").map((line) => JSON.parse(line));
  } catch {
    return [];
  }
}

function answerAcks(state: State, body: string, say: Say) {
  if (state.acknowledges === "off") return say(400, { text: "ACK is disabled", code: 14 });
  const { acks } = z.object({ acks: z.array(z.number()) }).parse(JSON.parse(body));
  say(200, { acks: Object.fromEntries(acks.map((id) => [id, state.indexed.has(id)])) });
}
