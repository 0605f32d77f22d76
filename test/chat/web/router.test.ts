import { randomUUID } from "node:crypto";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { Unavailable } from "../../../src/domain/fault.ts";
import { createTestStore } from "../../support/database.ts";
import { fc } from "../../support/properties.ts";
import { play } from "./play.ts";
import { type Asked, ask, openStage } from "./stage.ts";

const { store, appUrl, asOwner } = await createTestStore();
const ids = await store.organisationOf({ surface: "web", workspaceRef: "local" });
const next: { fault: Error | null } = { fault: null };
const stage = await openStage({
  appUrl,
  ...ids,
  converse: (inbound) => (next.fault ? Promise.reject(next.fault) : play(inbound)),
});
afterAll(() => stage.close());
beforeEach(() => {
  next.fault = null;
  stage.inbounds.length = 0;
  stage.logged.length = 0;
});

const { origin } = stage;
const { port } = new URL(origin);
const hello = () => ({ as: "amara", channel: "general", text: "Hello", eventId: randomUUID() });
const get = (path: string, headers: Asked["headers"] = {}) => ask(origin, { path, headers });
const say = (body: unknown, headers: Asked["headers"] = {}) =>
  ask(origin, { path: "/chat/api/say", headers, body });
const act = (body: unknown) => ask(origin, { path: "/chat/api/act", body });

describe("the page", () => {
  it("comes with a policy that runs nothing but its own files", async () => {
    const page = await get("/chat");

    expect(page.status).toBe(200);
    expect(page.headers["content-type"]).toBe("text/html; charset=utf-8");
    const policy = String(page.headers["content-security-policy"]);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe");
    expect(page.headers["x-content-type-options"]).toBe("nosniff");
    expect(page.headers["x-powered-by"]).toBeUndefined();
    expect(page.headers["access-control-allow-origin"]).toBeUndefined();
  });

  it("names only files that are there", async () => {
    const page = await get("/chat");
    const files = [...page.body.matchAll(/(?:href|src)="(\/chat\/[^"]+)"/g)].map(
      ([, file]) => file,
    );

    expect(files.length).toBeGreaterThan(10);
    for (const file of files) expect((await get(String(file))).status, file).toBe(200);
  });

  it.each([
    "/chat/../package.json",
    "/chat/%2e%2e/guard.ts",
    "/chat/style/..%2fguard.ts",
    "/chat/x",
  ])("gives nothing for %s", async (path) => {
    expect((await get(path)).status).toBe(404);
  });
});

describe("who may ask", () => {
  it.each([
    ["127.0.0.1 with the port", `127.0.0.1:${port}`, 200],
    ["localhost with the port", `localhost:${port}`, 200],
    ["localhost in capitals", `LOCALHOST:${port}`, 200],
    ["the IPv6 loopback", `[::1]:${port}`, 200],
    ["another port", "localhost:1", 403],
    ["no port", "localhost", 403],
    ["a rebound name", `evil.example:${port}`, 403],
    ["a name that begins alike", `localhost.evil.example:${port}`, 403],
    ["user information", `localhost:${port}@evil.example`, 403],
  ])("Host: %s", async (_name, host, status) => {
    expect((await get("/chat/api/session", { host })).status).toBe(status);
  });

  it.each([
    ["the page's own", origin, 200],
    ["another scheme", `https://127.0.0.1:${port}`, 403],
    ["another port of this machine", "http://127.0.0.1:1", 403],
    ["another loopback name", `http://localhost:${port}`, 403],
    ["another site", "https://evil.example", 403],
    ["an opaque one", "null", 403],
    ["none", undefined, 403],
  ])("Origin of a change: %s", async (_name, sent, status) => {
    expect((await say(hello(), { origin: sent })).status).toBe(status);
  });

  it("a read from another site's page is refused, a link from there may open the page", async () => {
    const foreign = { "sec-fetch-site": "cross-site" };

    expect((await get("/chat/api/session", foreign)).status).toBe(403);
    expect((await get("/chat/api/session", { origin: "https://evil.example" })).status).toBe(403);
    expect((await get("/chat", { ...foreign, "sec-fetch-mode": "navigate" })).status).toBe(200);
    expect((await get("/chat", { ...foreign, "sec-fetch-mode": "no-cors" })).status).toBe(403);
  });

  it.each([
    ["without the page's header", { "x-cleargate-chat": undefined }, 403],
    ["as a form would send it", { "content-type": "application/x-www-form-urlencoded" }, 415],
    ["as plain text", { "content-type": "text/plain" }, 415],
    ["of a type that only begins alike", { "content-type": "application/jsonp" }, 415],
    ["without a type", { "content-type": undefined }, 415],
    ["compressed", { "content-encoding": "gzip" }, 415],
    ["in another character set", { "content-type": "application/json; charset=utf-16be" }, 400],
    ["in UTF-8", { "content-type": "application/json; charset=UTF-8" }, 200],
  ])("a change %s", async (_name, headers, status) => {
    const answer = await say(hello(), headers);

    expect(answer.status).toBe(status);
    if (status !== 200) expect(answer.json.error).toMatch(/\w.*[.]$/);
  });

  it.each(["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])(
    "%s is not understood",
    async (method) => {
      const answer = await ask(origin, { method, path: "/chat/api/say", headers: { origin } });

      expect([405, 501]).toContain(answer.status);
    },
  );
});

describe("what is asked", () => {
  const eventId = randomUUID();
  const place = { as: "amara", channel: "general", eventId };

  it.each<[string, string, unknown, number]>([
    ["no JSON", "say", "{", 400],
    ["a list", "say", [], 400],
    ["null", "say", "null", 400],
    ["a number", "say", "7", 400],
    ["nobody", "say", { ...place, text: "hi", as: "nobody" }, 404],
    ["the prototype as a person", "say", { ...place, text: "hi", as: "__proto__" }, 404],
    ["a list of people", "say", { ...place, text: "hi", as: ["amara"] }, 404],
    ["an unknown channel", "say", { ...place, text: "hi", channel: "nowhere" }, 404],
    [
      "another person's direct messages",
      "say",
      { ...place, text: "hi", channel: "direct-diego" },
      404,
    ],
    ["a home as a channel", "say", { ...place, text: "hi", channel: "home-amara" }, 404],
    ["a path as a channel", "say", { ...place, text: "hi", channel: "../x" }, 400],
    ["an unknown thread", "say", { ...place, text: "hi", thread: randomUUID() }, 404],
    ["a thread that is no id", "say", { ...place, text: "hi", thread: "abc" }, 404],
    ["no event", "say", { ...place, text: "hi", eventId: undefined }, 400],
    ["an event that is no UUID", "say", { ...place, text: "hi", eventId: "1" }, 400],
    ["no text", "say", place, 400],
    ["blank text", "say", { ...place, text: " \n" }, 400],
    ["4,001 characters", "say", { ...place, text: "x".repeat(4001) }, 400],
    ["a NUL", "say", { ...place, text: "a\0b" }, 400],
    [
      "half a surrogate pair",
      "say",
      `{"as":"amara","channel":"general","eventId":"${eventId}","text":"\\ud800"}`,
      400,
    ],
    ["another slash command", "say", { ...place, text: "/giphy gate" }, 400],
    ["a command that is not ours", "act", { ...place, command: { type: "Destroy" } }, 400],
    [
      "a command with more than ours",
      "act",
      { ...place, command: { type: "OpenHome", as: "marcus" } },
      400,
    ],
    ["a list as a command", "act", { ...place, command: [] }, 400],
    [
      "a command with a prototype",
      "act",
      `{"as":"amara","eventId":"${eventId}","command":{"type":"OpenHome","__proto__":{"x":1}}}`,
      400,
    ],
    [
      "values that are a list",
      "act",
      { ...place, command: { type: "OpenHome" }, values: [1] },
      400,
    ],
    [
      "a number as an answer",
      "act",
      { ...place, command: { type: "OpenHome" }, values: { a: 1 } },
      400,
    ],
    [
      "the prototype as a field",
      "act",
      `{"as":"amara","eventId":"${eventId}","command":{"type":"OpenHome"},"values":{"__proto__":"x"}}`,
      400,
    ],
    ["a channel without a name", "channels", { as: "amara", name: " # " }, 400],
    ["a channel with a long name", "channels", { as: "amara", name: "x".repeat(61) }, 400],
    ["a channel like a person's", "channels", { as: "amara", name: "direct-diego" }, 400],
    ["a channel that is there", "channels", { as: "amara", name: "General" }, 409],
    ["a mark that is no number", "read", { ...place, upTo: "last" }, 400],
    ["dismissing nothing of ours", "dismiss", { as: "amara", ref: randomUUID() }, 404],
    ["an unknown route", "fly", {}, 404],
    ["a reserved word as a route", "constructor", {}, 404],
  ])("%s is answered with a sentence", async (_name, route, body, status) => {
    const answer = await ask(origin, { path: `/chat/api/${route}`, body });

    expect(answer.status).toBe(status);
    expect(answer.json.error).toMatch(/^\S.*[.?]$/s);
    expect(stage.inbounds).toEqual([]);
  });

  it.each([
    ["as=nobody&channel=general", 404],
    ["as=amara", 400],
    ["as=amara&as=diego&channel=general", 404],
    ["as=amara&channel=nowhere", 404],
    ["as=amara&channel=direct-diego", 404],
    ["as=amara&channel=general&before=x", 400],
    ["as=amara&channel=general&before=-1", 400],
    ["as=amara&channel=general&before=99999999999999999999", 400],
    [`as=amara&channel=general&thread=${randomUUID()}`, 404],
  ])("messages?%s", async (query, status) => {
    expect((await get(`/chat/api/messages?${query}`)).status).toBe(status);
  });

  it("a body of more than 256 KB is refused, one below is read", async () => {
    const text = (bytes: number) => JSON.stringify({ ...hello(), padding: "x".repeat(bytes) });

    expect((await say(text(255 * 1024))).status).toBe(200);
    const answer = await say(text(257 * 1024));
    expect(answer.status).toBe(413);
    expect(answer.json.error).toMatch(/larger/);
  });

  it("an answer that cannot be stored has its sentence beside the field", async () => {
    const command = { type: "OpenHome" };
    const values = { good: "fine", nul: "a\0b", list: ["\ud83d", "ok"], long: "x".repeat(20_001) };
    const answer = await act({ ...place, eventId: randomUUID(), command, values });

    expect(answer.json.kind).toBe("errors");
    expect(Object.keys(answer.json.fields).sort()).toEqual(["list", "long", "nul"]);
    expect(stage.inbounds).toEqual([]);
  });

  it("a card number is refused with the reason and kept nowhere", async () => {
    const card = "4111 1111 1111 1111";
    const answer = await say({ ...hello(), text: `Their card is ${card}` });

    expect(answer.status).toBe(400);
    expect(answer.json.error).toMatch(/card/);
    const rows = await asOwner("select 1 from web_messages where content like '%4111%'");
    expect(rows).toEqual([]);
  });

  it("a deactivated person posts nothing", async () => {
    const answer = await say({ ...hello(), as: "nadia" });

    expect(answer.status).toBe(403);
    expect(answer.json.error).toMatch(/deactivated/);
  });

  it("whatever JSON arrives, no answer is a 5xx and no prototype changes", async () => {
    const routes = fc.constantFrom("say", "act", "channels", "read", "dismiss", "bring");
    const names = [
      "as",
      "channel",
      "thread",
      "text",
      "eventId",
      "command",
      "values",
      "name",
      "ref",
    ];
    const known = fc.constantFrom("amara", "general", eventId, { type: "OpenHome" }, "\0", -1);
    const body = fc.dictionary(
      fc.constantFrom(...names, "__proto__"),
      fc.oneof(known, fc.jsonValue()),
    );
    await fc.assert(
      fc.asyncProperty(routes, body, async (route, value) => {
        const answer = await ask(origin, { path: `/chat/api/${route}`, body: value });
        expect(answer.status).toBeLessThan(500);
      }),
      { numRuns: 150 },
    );
    expect(Object.getOwnPropertyNames(Object.prototype)).toHaveLength(12);
    expect(stage.logged).toEqual([]);
  });
});

describe("what fails on our side", () => {
  it("a database that is away is a 503 that says to try again", async () => {
    next.fault = new Unavailable("away", { retryAfterSeconds: 2 });
    const answer = await say({ ...hello(), text: "/compliance status" });

    expect(answer.status).toBe(503);
    expect(answer.headers["retry-after"]).toBe("2");
    expect(answer.json.error).toMatch(/try again/i);
  });

  it("a bug is a 500 with its number, and its words stay in the log", async () => {
    next.fault = new TypeError("secret detail");
    const answer = await say({ ...hello(), text: "/compliance status" });

    expect(answer.status).toBe(500);
    expect(answer.json.error).toMatch(/recorded as [0-9a-f-]{36}/);
    expect(answer.body).not.toContain("secret");
    expect(stage.logged).toEqual(["web_chat_failed"]);
  });
});
