/** How requests reach the app: signed over HTTP, or as envelopes through Socket Mode. */
import { createHmac } from "node:crypto";
import { asObject, type Json } from "../checks/parts.ts";
import type { SlackStandIn } from "../stand-in.ts";

export interface DoorAnswer {
  readonly status: number;
  readonly body: Json | null;
  readonly text: string;
}

export interface Door {
  command(form: Readonly<Record<string, string>>): Promise<DoorAnswer>;
  interact(payload: Json): Promise<DoorAnswer>;
  event(payload: Json, retry?: number): Promise<DoorAnswer>;
}

/** The headers that Slack sends with a body. */
export function signBody(
  body: string | Buffer,
  secret: string,
  timestamp: string = String(Math.floor(Date.now() / 1000)),
): Record<string, string> {
  const hmac = createHmac("sha256", secret).update(`v0:${timestamp}:`).update(body);
  return {
    "x-slack-request-timestamp": timestamp,
    "x-slack-signature": `v0=${hmac.digest("hex")}`,
  };
}

/** Requests to the app's route, such as `http://127.0.0.1:3000/slack/events`. */
export function httpDoor(slack: SlackStandIn, url: string): Door {
  const post = async (
    body: string,
    headers: Record<string, string>,
    retry = 0,
  ): Promise<DoorAnswer> => {
    // A retry is signed anew; here it is signed into the past, so that no two deliveries look alike.
    const timestamp = String(Math.floor(Date.now() / 1000) - retry);
    const signed = { ...headers, ...signBody(body, slack.signingSecret, timestamp) };
    const response = await fetch(url, { method: "POST", body, headers: signed });
    const text = await response.text();
    return { status: response.status, text, body: parseObject(text) };
  };
  const form = { "content-type": "application/x-www-form-urlencoded" };
  return {
    command: (fields) => post(new URLSearchParams(fields).toString(), form),
    interact: (payload) =>
      post(new URLSearchParams({ payload: JSON.stringify(payload) }).toString(), form),
    event: (payload, retry) =>
      post(
        JSON.stringify(payload),
        {
          "content-type": "application/json",
          ...(retry
            ? { "x-slack-retry-num": String(retry), "x-slack-retry-reason": "http_timeout" }
            : {}),
        },
        retry,
      ),
  };
}

/** Envelopes to the app that is connected through Socket Mode; no ack in time reads as status 0. */
export function socketDoor(slack: SlackStandIn): Door {
  const answer = (payload: Json | null): DoorAnswer => {
    const isEmpty = payload === null || Object.keys(payload).length === 0;
    const text = isEmpty ? "" : JSON.stringify(payload);
    return { status: payload === null ? 0 : 200, body: isEmpty ? null : payload, text };
  };
  return {
    command: async (fields) => answer(await slack.sockets.send("slash_commands", fields)),
    interact: async (payload) => answer(await slack.sockets.send("interactive", payload)),
    event: async (payload) => answer(await slack.sockets.send("events_api", payload)),
  };
}

function parseObject(text: string): Json | null {
  if (!text.startsWith("{")) return null;
  return asObject(JSON.parse(text));
}
