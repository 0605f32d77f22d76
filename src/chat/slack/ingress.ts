/** Slack over HTTP: its row at the front, and what a verified request is answered with. */
import type { Answer, Received, Source } from "../../app/front-ports.ts";
import type { Dispatch } from "./requests/dispatch.ts";
import {
  isCertificateCheck,
  MAX_BODY_BYTES,
  parseBody,
  replayKeyOf,
  SLACK_MEDIA_TYPES,
  SLACK_SCHEME,
} from "./requests/verify.ts";

export interface IngressOptions {
  /** The signing secret, and while it is replaced the one before it. */
  readonly signingSecrets: readonly string[];
  readonly dispatch: Dispatch;
}

/** A workspace of some hundred people stays far below. */
const RATE = { burst: 2_000, perSecond: 1_000 };

/** Slack's row: one route for commands, clicks, forms and events. */
export function createSource({ signingSecrets, dispatch }: IngressOptions): Source {
  return {
    name: "slack",
    path: "/slack/events",
    lane: "usual",
    maxBytes: MAX_BODY_BYTES,
    readWithinMs: 5_000,
    mediaTypes: SLACK_MEDIA_TYPES,
    // Slack names no addresses that its requests come from.
    networks: [],
    scheme: SLACK_SCHEME,
    keys: signingSecrets.map((secret) => Buffer.from(secret, "utf8")),
    rate: RATE,
    isProbe: isCertificateCheck,
    read: parseBody,
    replayKey: replayKeyOf,
    accept: (received) => accept(dispatch, received),
  };
}

async function accept(dispatch: Dispatch, { value, header }: Received): Promise<Answer> {
  if (value.type === "url_verification")
    return { status: 200, body: { challenge: String(value.challenge ?? "") } };
  const retry = Number(header("x-slack-retry-num"));
  const delivered = await dispatch.deliver({
    body: { ...value },
    ...(Number.isInteger(retry) ? { retryNum: retry } : {}),
  });
  return delivered.ok ? { status: 200, body: delivered.answer } : { status: 503, body: null };
}
