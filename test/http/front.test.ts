/** The front with rows of its own: the rows of products to come have to fit. */
import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Source } from "../../src/app/front-ports.ts";
import { SLACK_MEDIA_TYPES, SLACK_SCHEME } from "../../src/chat/slack/requests/verify.ts";
import {
  AT,
  BODY,
  GOOD,
  type Headers,
  HMAC_ALONE,
  KEY,
  open,
  render,
  replaced,
  type Sending,
  type Stage,
  sendRaw,
  sign,
  TOKEN,
} from "./front-stage.ts";

describe("the row of Slack", () => {
  const secret = "8f742231b10e4c88abcd99e5d07f85a5";
  const row: Partial<Source> = {
    scheme: SLACK_SCHEME,
    keys: [Buffer.from(secret)],
    mediaTypes: SLACK_MEDIA_TYPES,
  };
  const digest = createHmac("sha256", secret).update(`v0:${AT}:${BODY}`).digest("hex");
  const headers: Headers = [
    ["Content-Type", "application/json"],
    ["X-Slack-Request-Timestamp", String(AT)],
    ["X-Slack-Signature", `v0=${digest}`],
  ];

  it.each([
    ["the signature twice", [...headers, headers[2]]],
    ["another signature beside it", [...headers, ["x-slack-signature", `v0=${"0".repeat(64)}`]]],
    ["the time twice", [...headers, headers[1]]],
    ["two kinds of content", [...headers, ["content-type", "text/plain"]]],
    ["the signature under another name", replaced(headers, "X-Slack-Signature", "")],
  ] as [string, Headers][])("refuses %s", async (_, sent) => {
    const stage = await open({ row });

    const { status } = await sendRaw(stage.port, render({ headers: sent, body: BODY }));
    expect([status, stage.accepted]).toEqual([401, []]);
  });

  it("takes any letter case in the names of headers, as HTTP does", async () => {
    const stage = await open({ row });
    const sent: Headers = headers.map(([name, text]) => [name.toUpperCase(), text]);

    expect((await sendRaw(stage.port, render({ headers: sent, body: BODY }))).status).toBe(202);
  });
});

describe("rows of other kinds", () => {
  it("a digest over the body alone", async () => {
    const stage = await open({ row: { scheme: HMAC_ALONE } });
    const digest = createHmac("sha256", KEY).update(BODY).digest("hex");
    const headers: Headers = [
      ["content-type", "application/json"],
      ["x-digest", `sha256=${digest}`],
    ];

    expect((await sendRaw(stage.port, render({ headers, body: BODY }))).status).toBe(202);
    expect((await sendRaw(stage.port, render({ headers, body: `${BODY} ` }))).status).toBe(401);
  });

  it("a secret word", async () => {
    const stage = await open({ row: { scheme: TOKEN, keys: [Buffer.from("a-long-secret-word")] } });
    const send = (token: string): Promise<{ status: number }> =>
      sendRaw(
        stage.port,
        render({
          headers: [
            ["content-type", "application/json"],
            ["verification-token", token],
          ],
          body: BODY,
        }),
      );

    expect((await send("a-long-secret-word")).status).toBe(202);
    for (const token of ["", "a", "a-long-secret-wor", "a-long-secret-words", "A-long-secret-word"])
      expect((await send(token)).status).toBe(401);
    expect(stage.accepted).toHaveLength(1);
  });

  it("two keys count while one replaces the other; three or none are no row", async () => {
    const next = Buffer.from("the next key");
    const stage = await open({ row: { keys: [next, KEY] } });

    for (const [key, id] of [
      [KEY, "a"],
      [next, "b"],
    ] as const) {
      const headers = sign(BODY, AT, key, id);
      expect((await sendRaw(stage.port, render({ headers, body: BODY }))).status).toBe(202);
    }
    await expect(open({ row: { keys: [] } })).rejects.toThrow("0 keys");
    await expect(open({ row: { keys: [KEY, next, KEY] } })).rejects.toThrow("3 keys");
  });
});

describe("the same request again", () => {
  it("a thousand times has one effect, and every repeat is answered like a success", async () => {
    const stage = await open();
    const send = () =>
      fetch(`http://127.0.0.1:${stage.port}/hook`, {
        method: "POST",
        body: BODY,
        headers: Object.fromEntries(GOOD.headers),
      });
    const statuses = new Map<number, number>();
    for (let round = 0; round < 20; round += 1) {
      for (const { status } of await Promise.all(Array.from({ length: 50 }, send)))
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }

    expect(stage.accepted).toHaveLength(1);
    expect([...statuses.keys()].toSorted()).toEqual([200, 202]);
    const repeats = stage.front.replays.counts().map(({ count }) => count);
    expect(repeats.reduce((sum, count) => sum + count)).toBe(999);
    const logged = stage.lines.filter(({ event }) => event === "request_replayed");
    expect(logged.length).toBeLessThanOrEqual(40);
    expect(logged[0]?.fields).toMatchObject({ provider: "test", correlationId: "id-1" });
  });

  it.each([
    ["an hour", 3_600],
    ["400 days", 400 * 86_400],
  ])("has no second effect when the clock leaps %s either way and comes back", async (_, leap) => {
    let at = AT;
    const stage = await open({ clock: () => new Date(at * 1000) });
    const statuses: number[] = [];
    for (at of [AT, AT + leap, AT, AT - leap, AT])
      statuses.push((await sendRaw(stage.port, render(GOOD))).status);

    expect(statuses).toEqual([202, 401, 200, 401, 200]);
    expect(stage.accepted).toHaveLength(1);
  });

  it("is welcome after an answer that asked for it", async () => {
    let calls = 0;
    const accept: Source["accept"] = async () => {
      calls += 1;
      return { status: calls === 1 ? 503 : 200, body: null };
    };
    const stage = await open({ row: { accept } });

    expect((await sendRaw(stage.port, render(GOOD))).status).toBe(503);
    expect((await sendRaw(stage.port, render(GOOD))).status).toBe(200);
    expect((await sendRaw(stage.port, render(GOOD))).status).toBe(200);
    expect(calls).toBe(2);
  });

  it("without a memory the door stays open, and the trouble is logged", async () => {
    const gone = async (): Promise<never> => {
      throw new Error("the database is away");
    };
    const stage = await open({ seen: { isKnown: gone, remember: gone } });

    expect((await sendRaw(stage.port, render(GOOD))).status).toBe(202);
    expect(stage.lines.map(({ event }) => event)).toContain("replay_memory_failed");
  });
});

describe("the order", () => {
  const tooLarge = { headers: sign("a"), body: "a".repeat(1_001) };

  it.each([
    ["size before source", { networks: ["198.51.100.0/24"] }, tooLarge, "too_large"],
    ["source before signature", { networks: ["198.51.100.0/24"] }, GOOD, "not_allowed_here"],
    [
      "signature before time",
      {},
      { headers: sign(BODY, AT + 999, Buffer.from("x")), body: BODY },
      "bad_signature",
    ],
    ["time before what it says", {}, { headers: sign("{", AT + 999), body: "{" }, "wrong_time"],
    ["what it says comes last", {}, { headers: sign("{"), body: "{" }, "unreadable"],
  ] as [string, Partial<Source>, Sending, string][])("%s", async (_, row, sending, why) => {
    const stage = await open({ row });
    await sendRaw(stage.port, render(sending));

    expect([...stage.counts().keys()]).toEqual([`test ${why}`]);
    expect(stage.lines).toEqual([
      { event: "request_refused", fields: { provider: "test", why, correlationId: "id-1" } },
    ]);
  });

  it("a body that is announced as too large is not waited for", async () => {
    const stage = await open();
    const began = performance.now();
    const framing = "Content-Length: 1001";

    expect((await sendRaw(stage.port, render({ ...GOOD, framing, body: "a" }))).status).toBe(413);
    expect(performance.now() - began).toBeLessThan(350);
  });

  it("a body that does not come is given up", async () => {
    const stage = await open();
    const framing = "Content-Length: 20";

    expect((await sendRaw(stage.port, render({ ...GOOD, framing, body: "a" }))).status).toBe(408);
  });

  it.each(["GET", "PUT", "DELETE", "HEAD"])("%s is not understood there", async (method) => {
    const stage = await open();
    const response = await fetch(`http://127.0.0.1:${stage.port}/hook`, { method });

    expect([response.status, response.headers.get("allow")]).toEqual([405, "POST"]);
  });
});

describe("the source", () => {
  const networks = ["198.51.100.0/24", "2001:db8::/32"];
  const from = async (proxyHops: number, forwarded: string): Promise<number> => {
    const stage = await open({ row: { networks }, proxyHops });
    const headers: Headers = [...GOOD.headers, ["X-Forwarded-For", forwarded]];
    return (await sendRaw(stage.port, render({ ...GOOD, headers }))).status;
  };

  it.each([
    [0, "198.51.100.7", 401, "nobody may write it into a header"],
    [1, "198.51.100.7", 202, "our proxy says so"],
    [1, "2001:db8::7", 202, "our proxy says so of an IPv6 address"],
    [1, "::ffff:198.51.100.7", 202, "in the spelling of an IPv6 socket"],
    [1, "198.51.100.7, 203.0.113.9", 401, "the client wrote the left one"],
    [2, "198.51.100.7, 203.0.113.9", 202, "two proxies"],
    [2, "198.51.100.7", 401, "fewer entries than proxies"],
    [1, "198.51.100.7 , ", 401, "an empty entry"],
    [1, "198.51.101.7", 401, "another network"],
  ])("behind %i proxies, %s is answered with %i: %s", async (hops, forwarded, status) => {
    expect(await from(hops, forwarded)).toBe(status);
  });
});

describe("under load", () => {
  const slowly: Source["accept"] = async () => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    return { status: 200, body: null };
  };
  const sendAs = (stage: Stage, id: string, path = "/hook") =>
    fetch(`http://127.0.0.1:${stage.port}${path}`, {
      method: "POST",
      body: BODY,
      headers: Object.fromEntries(sign(BODY, AT, KEY, id)),
    });

  it("what does not fit is turned away at once with the time to wait; the emergency lane is not", async () => {
    const stage = await open({
      placesMax: 2,
      rows: [
        { accept: slowly },
        { name: "sos", path: "/sos", lane: "emergency", rate: { burst: 1, perSecond: 0.001 } },
      ],
    });
    const held = [sendAs(stage, "a"), sendAs(stage, "b")];
    await new Promise((resolve) => setTimeout(resolve, 100));
    const began = performance.now();
    const turnedAway = await sendAs(stage, "c");

    expect([turnedAway.status, turnedAway.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(performance.now() - began).toBeLessThan(100);
    for (const id of ["d", "e", "f"]) expect((await sendAs(stage, id, "/sos")).status).toBe(202);
    expect((await Promise.all(held)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await sendAs(stage, "g")).status).toBe(200);
    expect(stage.counts()).toEqual(new Map([["test no_room", 1]]));
  });

  it("repeats of one request wait for its outcome and take no place of their own", async () => {
    const stage = await open({ placesMax: 2, row: { accept: slowly } });
    const answers = await Promise.all(Array.from({ length: 100 }, () => sendAs(stage, "a")));

    expect([...new Set(answers.map(({ status }) => status))]).toEqual([200]);
  });

  it("slow senders without a signature take no places", async () => {
    const stage = await open({ placesMax: 1, row: { readWithinMs: 2_000 } });
    const framing = "Content-Length: 20";
    for (let n = 0; n < 20; n += 1)
      void sendRaw(stage.port, render({ ...GOOD, framing, body: "" }));
    await new Promise((resolve) => setTimeout(resolve, 100));

    expect((await sendAs(stage, "a")).status).toBe(202);
  });

  it("a source has its own rate, counted after the signature", async () => {
    const stage = await open({ row: { rate: { burst: 2, perSecond: 0.5 } } });
    for (let n = 0; n < 5; n += 1)
      await sendRaw(stage.port, render({ headers: sign(BODY, AT, Buffer.from("x")), body: BODY }));
    const answers = [];
    for (const id of ["a", "b", "c"]) answers.push(await sendAs(stage, id));

    expect(answers.map(({ status }) => status)).toEqual([202, 202, 429]);
    expect(answers[2]?.headers.get("retry-after")).toBe("2");
  });

  it("a flood of forgeries is counted one by one and logged in twenty lines", async () => {
    const stage = await open();
    const forged = { headers: sign(BODY, AT, Buffer.from("x")), body: BODY };
    for (let n = 0; n < 100; n += 1) await sendRaw(stage.port, render(forged));

    expect(stage.counts()).toEqual(new Map([["test bad_signature", 100]]));
    expect(stage.lines).toHaveLength(20);
  });
});
