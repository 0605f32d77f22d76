/** Requests that prove themselves by a signed token: the row judges the token, the front everything around it. */
import { expect, test } from "vitest";
import type { BearerVerdict, Source } from "../../src/app/front-ports.ts";
import { createFront } from "../../src/http/front.ts";
import { rememberInMemory } from "../support/slack/rig.ts";
import { type Headers, open, render, type Stage, sendRaw } from "./front-stage.ts";

const JSON_TYPE = ["Content-Type", "application/json"] as const;
const BODY = '{"id":"7","about":"clinic"}';

/** A row that takes the token `good`, and only for a body about the clinic. */
function aBearerRow(
  asked: { token: string | null; about: unknown }[],
  verdict?: () => Promise<BearerVerdict>,
): Partial<Source> {
  return {
    scheme: {
      kind: "bearer",
      verify: async (token, { about }) => {
        asked.push({ token, about });
        if (verdict) return await verdict();
        if (token === null) return "unsigned";
        return token === "good" && about === "clinic" ? "fits" : "bad_signature";
      },
    },
    keys: [],
    replayKey: ({ id }) => `test:${String(id)}`,
  };
}

async function statusOf(stage: Stage, headers: Headers, body = BODY): Promise<number> {
  return (await sendRaw(stage.port, render({ headers, body }))).status;
}

test("a token that fits the body is let in, and what is behind it hears the body once", async () => {
  const stage = await open({ row: aBearerRow([]) });
  const headers: Headers = [JSON_TYPE, ["Authorization", "Bearer good"]];

  expect(await statusOf(stage, headers)).toBe(202);
  expect(await statusOf(stage, headers)).toBe(200);

  expect(stage.accepted).toEqual([{ id: "7", about: "clinic" }]);
});

test.each<[string, Headers, string, number]>([
  ["no token", [JSON_TYPE], BODY, 401],
  ["a wrong token", [JSON_TYPE, ["Authorization", "Bearer bad"]], BODY, 401],
  ["a word that is no token", [JSON_TYPE, ["Authorization", "Basic good"]], BODY, 401],
  ["a body the token is not for", [JSON_TYPE, ["Authorization", "Bearer good"]], "{}", 401],
  [
    "two tokens",
    [JSON_TYPE, ["Authorization", "Bearer good"], ["Authorization", "Bearer good"]],
    BODY,
    401,
  ],
  ["a body that is no JSON", [JSON_TYPE, ["Authorization", "Bearer good"]], "{", 400],
  [
    "another type",
    [
      ["Content-Type", "text/plain"],
      ["Authorization", "Bearer good"],
    ],
    BODY,
    415,
  ],
  ["a body above its size", [JSON_TYPE, ["Authorization", "Bearer good"]], " ".repeat(2_000), 413],
])(
  "%s is refused, and nothing behind the door hears of it",
  async (_what, headers, body, status) => {
    const stage = await open({ row: aBearerRow([]) });

    expect(await statusOf(stage, headers, body)).toBe(status);
    expect(stage.accepted).toEqual([]);
  },
);

test("the row's word for a refusal is the one that is counted", async () => {
  const stage = await open({ row: aBearerRow([], async () => "wrong_time") });

  expect(await statusOf(stage, [JSON_TYPE, ["Authorization", "Bearer good"]])).toBe(401);
  expect(stage.counts().get("test wrong_time")).toBe(1);
});

test("keys that cannot be had invite a repeat instead of a refusal", async () => {
  const row = aBearerRow([], () => Promise.reject(new Error("no keys now")));
  const stage = await open({ row });

  expect(await statusOf(stage, [JSON_TYPE, ["Authorization", "Bearer good"]])).toBe(503);
  expect(stage.accepted).toEqual([]);
});

test("a body that is too large or no JSON is judged before any key is asked for", async () => {
  const asked: { token: string | null; about: unknown }[] = [];
  const stage = await open({ row: aBearerRow(asked) });
  const headers: Headers = [JSON_TYPE, ["Authorization", "Bearer good"]];

  await statusOf(stage, headers, "{");
  await statusOf(stage, headers, " ".repeat(2_000));

  expect(asked).toEqual([]);
});

test("a row with a token of its own has no shared key, and any other row has one or two", async () => {
  const noLog = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const front = createFront({
    ...{ seen: rememberInMemory(), log: noLog, clock: () => new Date(), newId: () => "1" },
  });
  const row: Source = {
    ...{ name: "t", path: "/t", lane: "usual", maxBytes: 1, readWithinMs: 1, networks: [] },
    ...{ mediaTypes: [], rate: null, read: () => null, replayKey: () => null, keys: [] },
    accept: async () => ({ status: 200, body: null }),
    scheme: { kind: "bearer", verify: async () => "fits" },
  };

  expect(() => front.open(row)).not.toThrow();
  expect(() => front.open({ ...row, keys: [Buffer.from("k")] })).toThrow("1 keys");
  expect(() => front.open({ ...row, scheme: { kind: "token", header: "t" } })).toThrow("0 keys");
});
