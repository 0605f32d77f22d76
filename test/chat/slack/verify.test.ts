/** The door over HTTP. What must not pass is a table of changes to one request that passes. */
import { createHmac } from "node:crypto";
import { request as httpRequest } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseBody, SLACK_SCHEME } from "../../../src/chat/slack/requests/verify.ts";
import { verifySignature } from "../../../src/http/signature.ts";
import { signBody } from "../../support/slack/driver/door.ts";
import { type Rig, startRig } from "../../support/slack/rig.ts";

const SECRET = "8f742231b10e4c88abcd99e5d07f85a5";
const NOW = new Date("2026-03-01T12:00:00Z");
const AT = String(NOW.getTime() / 1000);
const BODY = "token=unused&team_id=T0CLEAR01&command=%2Fcompliance&text=status&user_id=U0DANA";
const GOOD = signBody(BODY, SECRET, AT);
const SIGNATURE = GOOD["x-slack-signature"] ?? "";

interface Change {
  readonly body?: string | Buffer;
  readonly timestamp?: string | undefined;
  readonly signature?: string | undefined;
  readonly now?: Date;
}

function judge(change: Change): boolean {
  const headers: Readonly<Record<string, string | undefined>> = {
    "x-slack-request-timestamp": "timestamp" in change ? change.timestamp : AT,
    "x-slack-signature": "signature" in change ? change.signature : SIGNATURE,
  };
  const body = Buffer.from(change.body ?? BODY);
  const signed = { header: (name: string) => headers[name], body, now: change.now ?? NOW };
  return verifySignature(SLACK_SCHEME, [Buffer.from(SECRET)], signed).ok;
}

function flipBit(text: string, bit: number): Buffer {
  const bytes = Buffer.from(text);
  const index = Math.floor(bit / 8) % bytes.length;
  bytes[index] = bytes.readUInt8(index) ^ (1 << (bit % 8));
  return bytes;
}

function flipHex(signature: string, at: number): string {
  const digit = Number.parseInt(signature.charAt(at), 16) ^ 1;
  return signature.slice(0, at) + digit.toString(16) + signature.slice(at + 1);
}

function signedAt(timestamp: string): Change {
  return { timestamp, signature: signBody(BODY, SECRET, timestamp)["x-slack-signature"] };
}

const seconds = (shift: number): string => String(Number(AT) + shift);

const MUTATIONS: readonly (readonly [string, Change])[] = [
  ...Array.from({ length: 16 }, (_, n): [string, Change] => [
    `body, bit ${n * 41}`,
    { body: flipBit(BODY, n * 41) },
  ]),
  ...Array.from({ length: 16 }, (_, n): [string, Change] => [
    `signature, digit ${n * 4}`,
    { signature: flipHex(SIGNATURE, 3 + n * 4) },
  ]),
  ["no timestamp", { timestamp: undefined }],
  ["no signature", { signature: undefined }],
  ["empty timestamp", signedAt("")],
  ["empty signature", { signature: "" }],
  ["301 seconds old", signedAt(seconds(-301))],
  ["301 seconds in the future", signedAt(seconds(301))],
  ["ten years in the future", signedAt(seconds(315_360_000))],
  ["Infinity", signedAt("Infinity")],
  ["-Infinity", signedAt("-Infinity")],
  ["NaN", signedAt("NaN")],
  ["1e10", signedAt("1e10")],
  ["-1", signedAt("-1")],
  ["zero", signedAt("0")],
  ["milliseconds", signedAt(`${AT}000`)],
  ["hexadecimal", signedAt("0x69a42e40")],
  ["a fraction", signedAt(`${AT}.5`)],
  ["a leading space", signedAt(` ${AT}`)],
  ["a plus sign", signedAt(`+${AT}`)],
  ["digits of another script", signedAt("١٧٧٢٣٦٦٤٠٠")],
  ["a line break", signedAt(`${AT}\n`)],
  ["swapped timestamp", { timestamp: seconds(1) }],
  ["the timestamp twice", { timestamp: `${AT}, ${AT}` }],
  ["the signature twice", { signature: `${SIGNATURE}, ${SIGNATURE}` }],
  ["version in capitals", { signature: SIGNATURE.replace("v0=", "V0=") }],
  ["digits in capitals", { signature: `v0=${SIGNATURE.slice(3).toUpperCase()}` }],
  ["another version", { signature: SIGNATURE.replace("v0=", "v1=") }],
  ["no version", { signature: SIGNATURE.slice(3) }],
  ["one digit less", { signature: SIGNATURE.slice(0, -1) }],
  ["one digit more", { signature: `${SIGNATURE}0` }],
  ["a trailing space", { signature: `${SIGNATURE} ` }],
  ["another key", { signature: signBody(BODY, "0".repeat(32), AT)["x-slack-signature"] }],
  ["no key", { signature: signBody(BODY, "", AT)["x-slack-signature"] }],
  ["without the version in the text", { signature: `v0=${hmac(`${AT}:${BODY}`)}` }],
  ["with another version in the text", { signature: `v0=${hmac(`v1:${AT}:${BODY}`)}` }],
  ["with SHA-1", { signature: `v0=${hmac(`v0:${AT}:${BODY}`, "sha1")}` }],
  ["the body alone", { signature: `v0=${hmac(BODY)}` }],
  ["an empty body", { body: "" }],
  ["a byte order mark", { body: `\uFEFF${BODY}` }],
  ["a trailing line break", { body: `${BODY}\n` }],
  ["reordered fields", { body: BODY.split("&").toReversed().join("&") }],
  ["another encoding of the same fields", { body: BODY.replace("%2F", "/") }],
  ["an added field", { body: `${BODY}&user_id=U0OTHER` }],
  ["a clock far behind", { now: new Date(NOW.getTime() - 301_000) }],
  ["a clock far ahead", { now: new Date(NOW.getTime() + 301_000) }],
];

function hmac(text: string, algorithm = "sha256"): string {
  return createHmac(algorithm, SECRET).update(text).digest("hex");
}

test("a rightly signed request passes, up to five minutes away in both directions", () => {
  expect(judge({})).toBe(true);
  expect(judge({ now: new Date(NOW.getTime() + 300_000) })).toBe(true);
  expect(judge({ now: new Date(NOW.getTime() - 300_000) })).toBe(true);
});

test("Slack's own published example passes at its time", () => {
  const body = Buffer.from(
    "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V" +
      "&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=" +
      "&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554" +
      "%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
  );
  const headers: Readonly<Record<string, string>> = {
    "x-slack-request-timestamp": "1531420618",
    "x-slack-signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
  };
  const keys = [Buffer.from("8f742231b10e8888abcd99yyyzzz85a5")];
  const header = (name: string) => headers[name];
  const at = (seconds: number) => ({ header, body, now: new Date(seconds * 1000) });

  expect(verifySignature(SLACK_SCHEME, keys, at(1_531_420_618)).ok).toBe(true);
  expect(verifySignature(SLACK_SCHEME, keys, at(1_531_420_919))).toMatchObject({
    why: "wrong_time",
  });
});

test("the table has at least sixty changes", () => {
  expect(MUTATIONS.length).toBeGreaterThanOrEqual(60);
});

test.each(MUTATIONS)("%s does not pass", (_name, change) => {
  expect(judge(change)).toBe(false);
});

test.each([
  ["application/json", '{"a":1}', { a: 1 }],
  ["application/x-www-form-urlencoded", "a=1&b=2", { a: "1", b: "2" }],
  ["application/x-www-form-urlencoded", "payload=%7B%22a%22%3A1%7D", { a: 1 }],
  ["application/json", "[1]", null],
  ["application/json", "{", null],
  ["application/json", "", null],
  ["text/plain", '{"a":1}', null],
  ["", '{"a":1}', null],
  ["application/x-www-form-urlencoded", "user_id=U1&user_id=U2", null],
  ["application/x-www-form-urlencoded", "payload=%7B", null],
] as const)("a body of type %j that reads %j becomes %j", (type, body, expected) => {
  expect(parseBody(type, Buffer.from(body))).toEqual(expected);
});

describe("the route", () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await startRig();
    rig.person("U0DANA");
  });
  afterAll(() => rig.close());

  interface Posting {
    readonly headers?: Record<string, string>;
    readonly at?: string;
    readonly type?: string;
  }
  const form = "application/x-www-form-urlencoded";
  const post = (body: string, { headers = {}, at, type = form }: Posting = {}): Promise<Response> =>
    fetch(rig.url, {
      method: "POST",
      body,
      headers: { "content-type": type, ...signBody(body, rig.slack.signingSecret, at), ...headers },
    });
  const fields = (text: string): string =>
    new URLSearchParams({
      command: "/compliance",
      text,
      user_id: "U0DANA",
      team_id: "T0CLEAR01",
      channel_id: rig.channel,
      trigger_id: `trigger-${text.slice(0, 20)}`,
    }).toString();

  test("answers a forged request with 401 and asks nothing", async () => {
    const body = fields("forged");
    const asked = rig.heard.length;

    const response = await post(body, { headers: { "x-slack-signature": SIGNATURE } });

    expect(response.status).toBe(401);
    expect(await response.text()).toBe("");
    expect(rig.heard).toHaveLength(asked);
  });

  test("does a thousand exact replays once, each with 200", async () => {
    const body = fields("replayed");
    const at = String(Math.floor(Date.now() / 1000));
    const asked = rig.heard.length;

    const statuses = new Set<number>();
    for (let round = 0; round < 20; round += 1) {
      const batch = await Promise.all(Array.from({ length: 50 }, () => post(body, { at })));
      for (const { status } of batch) statuses.add(status);
    }

    expect([...statuses]).toEqual([200]);
    expect(rig.heard.length - asked).toBe(1);
  });

  test("refuses more than 256 KB before it has read it", async () => {
    const asked = rig.heard.length;
    const body = fields("a".repeat(257 * 1024));

    expect((await post(body)).status).toBe(413);
    expect(rig.heard).toHaveLength(asked);
  });

  test("refuses more than 256 KB that come without a length", async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sent = httpRequest(rig.url, { method: "POST" }, (response) =>
        resolve(response.statusCode),
      );
      sent.on("error", reject);
      for (let n = 0; n < 5; n += 1) sent.write(Buffer.alloc(64 * 1024, 97));
    });

    expect(status).toBe(413);
  });

  test("refuses a body that announces itself as too large without waiting for it", async () => {
    const headers = { "content-length": String(256 * 1024 + 1) };
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sent = httpRequest(rig.url, { method: "POST", headers }, (response) => {
        resolve(response.statusCode);
        sent.destroy();
      });
      sent.on("error", reject);
      sent.write("a");
    });

    expect(status).toBe(413);
  });

  test("reads just under 256 KB", async () => {
    const asked = rig.heard.length;
    const response = await post(fields("b".repeat(255 * 1024)));

    expect(response.status).toBe(200);
    expect(rig.heard.length).toBe(asked + 1);
  });

  test("refuses a compressed body, other kinds of content, and unreadable JSON", async () => {
    expect((await post(fields("gz"), { headers: { "content-encoding": "gzip" } })).status).toBe(
      415,
    );
    expect((await post('{"type":"x"}', { type: "text/plain" })).status).toBe(415);
    expect((await post("{", { type: "application/json" })).status).toBe(400);
  });

  test("answers Slack's address check with the challenge, and only when it is signed", async () => {
    const body = JSON.stringify({ type: "url_verification", challenge: "3eZbrw1aB" });

    const signed = await post(body, { type: "application/json" });
    const unsigned = await fetch(rig.url, {
      method: "POST",
      body,
      headers: { "content-type": "application/json" },
    });

    expect(await signed.json()).toEqual({ challenge: "3eZbrw1aB" });
    expect(unsigned.status).toBe(401);
  });

  test("answers the certificate check and does nothing for it", async () => {
    const asked = rig.heard.length;
    const check = (body: string): Promise<Response> =>
      fetch(rig.url, { method: "POST", body, headers: { "content-type": form } });

    expect((await check("ssl_check=1&token=x")).status).toBe(200);
    expect((await check("ssl_check=1&command=%2Fcompliance&user_id=U1")).status).toBe(401);
    expect((await check("ssl_check=0")).status).toBe(401);
    expect(rig.heard).toHaveLength(asked);
  });

  test("judges the time by the clock it was given", async () => {
    rig.setClock(new Date(Date.now() + 400_000));
    expect((await post(fields("late"))).status).toBe(401);
    rig.setClock(new Date());
    expect((await post(fields("on time"))).status).toBe(200);
  });
});
