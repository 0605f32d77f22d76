/**
 * Splunk's HTTP Event Collector as a sink. Its 200 means "looks valid"; where the token has indexer acknowledgment,
 * a batch counts as taken only when Splunk says that it is indexed.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { EventSink, Taken } from "../app/shipping-ports.ts";
import { checkpointEvent, entryEvents } from "./splunk-events.ts";

export interface SplunkOptions {
  /** Such as `https://http-inputs-acme.splunkcloud.com`, without a path. */
  readonly url: string;
  readonly token: string;
  /** Names this process to Splunk: acknowledgments belong to it. A UUID. */
  readonly channel: string;
  readonly timeoutMs?: number;
  readonly acknowledgedWithinMs?: number;
}

interface Collector {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly channel: string;
  readonly timeoutMs: number;
  readonly acknowledgedWithinMs: number;
  readonly stopping: AbortSignal;
}

const TIMEOUT_MS = 10_000;
const ACKNOWLEDGED_WITHIN_MS = 60_000;
const ASK_EVERY_MS = 250;
const ANSWER_MAX = 16_384;

export function createSplunk(options: SplunkOptions): EventSink {
  const stop = new AbortController();
  const collector: Collector = {
    url: options.url.replace(/\/+$/, ""),
    headers: {
      Authorization: `Splunk ${options.token}`,
      "Content-Type": "application/json",
      "X-Splunk-Request-Channel": options.channel,
    },
    channel: options.channel,
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    acknowledgedWithinMs: options.acknowledgedWithinMs ?? ACKNOWLEDGED_WITHIN_MS,
    stopping: stop.signal,
  };
  return {
    name: "splunk",
    shipEntries: (organisation, entries) =>
      ship(
        collector,
        entries.flatMap((entry) => entryEvents(organisation, entry)),
      ),
    shipCheckpoints: (organisation, checkpoints) =>
      ship(
        collector,
        checkpoints.map((kept) => checkpointEvent(organisation, kept)),
      ),
    stop: () => stop.abort(),
  };
}

const Answer = z.object({ code: z.number().optional(), ackId: z.number().optional() });

interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly retryAfter: number | null;
}

async function ship(collector: Collector, events: readonly string[]): Promise<Taken> {
  const reply = await post(collector, "/services/collector/event", events.join("\n"));
  if (typeof reply === "string") return { outcome: "later", why: reply };
  const answer = Answer.safeParse(reply.body).data ?? {};
  if (reply.status !== 200) return judge(reply, answer.code ?? null);
  if (answer.code !== 0) return { outcome: "later", why: "the answer is not one of Splunk's" };
  return answer.ackId === undefined ? { outcome: "taken" } : acknowledge(collector, answer.ackId);
}

/**
 * Codes of the collector that speak of the events themselves: no data, invalid format, no event, empty event, fields
 * that cannot be indexed. Any other answer is about the token, the set-up or the moment, and loses nothing.
 */
const ABOUT_EVENTS = [5, 6, 12, 13, 15];

function judge({ status, retryAfter }: Reply, code: number | null): Taken {
  const why = code === null ? `HTTP ${status}` : `HTTP ${status}, code ${code}`;
  const isAboutEvents = status === 413 || (status === 400 && ABOUT_EVENTS.includes(code ?? 6));
  if (isAboutEvents) return { outcome: "refused", why };
  return { outcome: "later", why, ...(retryAfter === null ? {} : { afterSeconds: retryAfter }) };
}

const Acks = z.object({ acks: z.record(z.string(), z.boolean()) });
/** "ACK is disabled". */
const NO_ACKS = 14;

/** Asks until Splunk says that the batch is indexed. Without that word it is sent again: better twice than never. */
async function acknowledge(collector: Collector, ackId: number): Promise<Taken> {
  const overAt = performance.now() + collector.acknowledgedWithinMs;
  const address = `/services/collector/ack?channel=${collector.channel}`;
  while (performance.now() < overAt && !collector.stopping.aborted) {
    const reply = await post(collector, address, JSON.stringify({ acks: [ackId] }));
    if (typeof reply !== "string") {
      if (Answer.safeParse(reply.body).data?.code === NO_ACKS) return { outcome: "taken" };
      if (Acks.safeParse(reply.body).data?.acks[String(ackId)]) return { outcome: "taken" };
    }
    await sleep(ASK_EVERY_MS);
  }
  return { outcome: "later", why: "not acknowledged in time" };
}

/** The reply, or in a few words why there is none. No word of Splunk's and no secret of ours is among them. */
async function post(collector: Collector, address: string, body: string): Promise<Reply | string> {
  const { url, headers, timeoutMs, stopping } = collector;
  try {
    const response = await fetch(`${url}${address}`, {
      method: "POST",
      headers,
      body,
      // A token goes nowhere but to the configured address.
      redirect: "error",
      signal: AbortSignal.any([stopping, AbortSignal.timeout(timeoutMs)]),
    });
    const retryAfter = Number(response.headers.get("retry-after") ?? Number.NaN);
    return {
      status: response.status,
      body: parse(await response.text()),
      retryAfter: Number.isFinite(retryAfter) && retryAfter > 0 ? Math.min(retryAfter, 300) : null,
    };
  } catch (error) {
    return error instanceof Error && error.name === "TimeoutError"
      ? "no answer in time"
      : "cannot be reached";
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text.slice(0, ANSWER_MAX));
  } catch {
    return null;
  }
}
