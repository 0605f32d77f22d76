/** The front with a row for the test, and requests as bytes. */
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import express from "express";
import { afterEach } from "vitest";
import type { SharedScheme, Source } from "../../src/app/front-ports.ts";
import { createFront, type Front, type FrontOptions } from "../../src/http/front.ts";
import { rememberInMemory } from "../support/slack/rig.ts";

export const KEY = Buffer.from("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "base64");
export const BODY = '{"test": 2432232314}';
export const AT = 1_614_265_330;
export const ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";

export const STANDARD_WEBHOOKS: SharedScheme = {
  kind: "hmac",
  signature: {
    header: "webhook-signature",
    shape: /^v1,([A-Za-z0-9+/]{43}=)$/,
    encoding: "base64",
    several: true,
  },
  id: { header: "webhook-id", shape: /^([\w.-]{1,100})$/ },
  time: { header: "webhook-timestamp", shape: /^(\d{10})$/, windowSeconds: 300 },
  prefix: ({ id, timestamp }) => `${id}.${timestamp}.`,
};
export const HMAC_ALONE: SharedScheme = {
  kind: "hmac",
  signature: {
    header: "x-digest",
    shape: /^sha256=([0-9a-f]{64})$/,
    encoding: "hex",
    several: false,
  },
  id: null,
  time: null,
  prefix: () => "",
};
export const TOKEN: SharedScheme = { kind: "token", header: "verification-token" };

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

export interface Stage {
  readonly port: number;
  readonly accepted: unknown[];
  readonly lines: { readonly event: string; readonly fields: Readonly<Record<string, unknown>> }[];
  readonly counts: () => ReadonlyMap<string, number>;
  readonly front: Front;
}

interface Setting extends Partial<Omit<FrontOptions, "log">> {
  readonly row?: Partial<Source>;
  readonly rows?: readonly Partial<Source>[];
}

function aRow(changes: Partial<Source>, accepted: unknown[]): Source {
  return {
    name: "test",
    path: "/hook",
    lane: "usual",
    maxBytes: 1_000,
    readWithinMs: 400,
    mediaTypes: ["application/json"],
    networks: [],
    scheme: STANDARD_WEBHOOKS,
    keys: [KEY],
    rate: null,
    read: (_type, body) => {
      try {
        return { ...JSON.parse(body.toString("utf8")) };
      } catch {
        return null;
      }
    },
    replayKey: (_value, { id, signature }) => `test:${id ?? signature}`,
    accept: async ({ value }) => {
      accepted.push(value);
      return { status: 202, body: { thanks: true } };
    },
    ...changes,
  };
}

export async function open(setting: Setting = {}): Promise<Stage> {
  const { row, rows, ...options } = setting;
  const accepted: unknown[] = [];
  const lines: Stage["lines"] = [];
  const write = (event: string, fields = {}): void => {
    lines.push({ event, fields });
  };
  const front = createFront({
    seen: rememberInMemory(),
    log: { info: write, warn: write, error: write },
    clock: () => new Date(AT * 1000),
    newId: () => "id-1",
    ...options,
  });
  const app = express();
  for (const changes of rows ?? [row ?? {}]) app.use(front.open(aRow(changes, accepted)));
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const counts = () =>
    new Map(
      front.refusals.counts().map(({ source, why, count }) => [`${source} ${why}`, count] as const),
    );
  return { port, accepted, lines, counts, front };
}

/** Bytes as they are; the answer's status, 0 when the connection just ended. */
export function sendRaw(
  port: number,
  bytes: Buffer | string,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    let text = "";
    const done = (): void => {
      socket.destroy();
      resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0), text });
    };
    socket.setTimeout(1_500, done);
    socket.on("data", (part) => {
      text += String(part);
      if (text.includes("\r\n\r\n")) setTimeout(done, 10);
    });
    socket.on("error", done);
    socket.on("close", done);
    socket.write(bytes);
  });
}

export type Headers = readonly (readonly [string, string])[];

export interface Sending {
  readonly path?: string;
  readonly headers: Headers;
  readonly body: Buffer | string;
  readonly framing?: string;
}

export function render({ path = "/hook", headers, body, framing }: Sending): Buffer {
  const bytes = Buffer.from(body);
  const lines = [
    `POST ${path} HTTP/1.1`,
    "Host: a",
    ...headers.map(([name, text]) => `${name}: ${text}`),
    framing ?? `Content-Length: ${bytes.byteLength}`,
  ];
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), bytes]);
}

export function sign(body: Buffer | string, at: string | number = AT, key = KEY, id = ID): Headers {
  const digest = createHmac("sha256", key).update(`${id}.${at}.`).update(body).digest("base64");
  return [
    ["Content-Type", "application/json"],
    ["webhook-id", id],
    ["webhook-timestamp", String(at)],
    ["webhook-signature", `v1,${digest}`],
  ];
}

export const GOOD: Sending = { headers: sign(BODY), body: BODY };

export function replaced(headers: Headers, name: string, text: string): Headers {
  return headers.map(([key, old]) => [key, key === name ? text : old]);
}
export const without = (name: string): Headers => GOOD.headers.filter(([key]) => key !== name);

export function flip(bytes: Buffer | string, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  const at = Math.floor(bit / 8) % copy.byteLength;
  copy[at] = copy.readUInt8(at) ^ (1 << (bit % 8));
  return copy;
}
