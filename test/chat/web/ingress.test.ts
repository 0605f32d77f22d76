import { randomUUID } from "node:crypto";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { Inbound, Reply } from "../../../src/app/ports.ts";
import { createTestStore } from "../../support/database.ts";
import { play } from "./play.ts";
import { ask, openStage } from "./stage.ts";

const { store, appUrl, asOwner } = await createTestStore();
const ids = await store.organisationOf({ surface: "web", workspaceRef: "local" });
const held: { until: Promise<unknown> } = { until: Promise.resolve() };
const stage = await openStage({
  appUrl,
  ...ids,
  converse: async (inbound: Inbound): Promise<Reply> => {
    await held.until;
    return play(inbound);
  },
});
afterAll(() => stage.close());
beforeEach(() => {
  held.until = Promise.resolve();
  stage.inbounds.length = 0;
});

const post = async (route: string, body: object) => {
  const place = { as: "amara", channel: "general", eventId: randomUUID() };
  return await ask(stage.origin, { path: `/chat/api/${route}`, body: { ...place, ...body } });
};
const read = async (as: string, channel: string, thread = "") => {
  const query = new URLSearchParams({ as, channel, ...(thread && { thread }) });
  const answer = await ask(stage.origin, { path: `/chat/api/messages?${query}` });
  return answer.json.messages.map(said);
};
const said = (message: {
  content: { kind: string; text?: string; message?: { headline: string } };
}) => message.content.text ?? message.content.message?.headline;

describe("a slash command", () => {
  it.each([
    ["/compliance", ""],
    ["/compliance status", "status"],
    ["  /Compliance   sign hipaa  ", "sign hipaa  "],
    ["/compliance start\nLakeside", "start\nLakeside"],
  ])("%j is the words after it", async (text, words) => {
    await post("say", { text });

    expect(stage.inbounds[0]).toMatchObject({
      command: { type: "Text", text: words },
      identity: {
        surface: "web",
        workspaceRef: "local",
        userId: "amara",
        ...{ workspaceId: ids.workspaceId },
      },
      place: { kind: "channel", channel: { surface: "web", channelId: "general" } },
      values: {},
    });
  });

  it("is answered to the person alone, who may dismiss the answer", async () => {
    const { json } = await post("say", { text: "/compliance gate 3", channel: "compliance" });

    expect(json).toMatchObject({ kind: "show", message: { onlyForYou: true, author: null } });
    expect(await read("amara", "compliance")).toEqual(["Compliance gate: PASS. Exit code 0."]);
    expect(await read("marcus", "compliance")).toEqual([]);
    expect((await post("dismiss", { as: "marcus", ref: json.message.ref })).status).toBe(404);
    expect((await post("dismiss", { ref: json.message.ref })).status).toBe(200);
    expect(await read("amara", "compliance")).toEqual([]);
  });

  it("leaves no trace of its words, which may hold what is never kept", async () => {
    await post("say", { text: "/compliance note 078-05-1120" });

    const rows = await asOwner("select 1 from web_messages where author_id = 'amara'");
    expect(rows).toEqual([]);
  });
});

describe("other words", () => {
  it("in a channel are a message that everybody reads and nobody answers", async () => {
    const { json } = await post("say", { text: "Good morning <b>all</b>" });

    expect(json).toMatchObject({ kind: "posted", message: { author: "amara", onlyForYou: false } });
    expect(await read("grace", "general")).toContain("Good morning <b>all</b>");
    expect(stage.inbounds).toEqual([]);
  });

  it("in private are for the product, with or without the slash, and stand before its answer", async () => {
    await post("say", { text: "status", channel: "direct-amara" });
    await post("say", { text: "/compliance sign", channel: "direct-amara" });

    expect(stage.inbounds.map(({ command }) => command)).toEqual([
      { type: "Text", text: "status" },
      { type: "Text", text: "sign" },
    ]);
    expect(stage.inbounds[0]?.place.kind).toBe("direct");
    const lines = await read("amara", "direct-amara");
    expect(lines[0]).toBe("status");
    expect(lines[1]).toMatch(/^Lakeside Clinic/);
    expect(lines.at(-1)).toMatch(/^Guests/);
  });

  it("with a social security number in private reach the product and are not kept", async () => {
    await post("say", { text: "It is 078-05-1120", channel: "direct-theo", as: "theo" });

    expect(stage.inbounds).toHaveLength(1);
    expect(await read("theo", "direct-theo")).not.toContain("It is 078-05-1120");
  });

  it("in a thread stand in it, and the message above counts them", async () => {
    const root = (await post("say", { text: "A question" })).json.message.ref;
    const answer = (await post("say", { text: "An answer", thread: root })).json.message.ref;
    await post("say", { text: "An answer to the answer", thread: answer });
    await post("say", { text: "/compliance sign", thread: root });

    expect(await read("diego", "general", root)).toEqual(["An answer", "An answer to the answer"]);
    expect(await read("amara", "general", root)).toHaveLength(3);
    const { messages } = (
      await ask(stage.origin, { path: "/chat/api/messages?as=diego&channel=general" })
    ).json;
    expect(messages.at(-1)).toMatchObject({ ref: root, replies: 2 });
  });

  it("sent twice under one event stand once", async () => {
    const eventId = randomUUID();
    const first = await post("say", { text: "Only once", eventId });
    const second = await post("say", { text: "Only once", eventId });

    expect(second.json.message.ref).toBe(first.json.message.ref);
    expect(
      (await read("amara", "general")).filter((text: string) => text === "Only once"),
    ).toHaveLength(1);
  });
});

describe("a button", () => {
  const command = { type: "RunDoctor" };

  it("pressed twice at once is asked once, and both presses get the one answer", async () => {
    let release = () => {};
    held.until = new Promise<void>((resolve) => {
      release = resolve;
    });
    const eventId = randomUUID();
    const presses = [1, 2, 3].map(() => post("act", { command, eventId }));
    await new Promise((resolve) => setTimeout(resolve, 100));
    release();
    const refs = (await Promise.all(presses)).map(({ json }) => json.message.ref);

    expect(new Set(refs).size).toBe(1);
    expect(stage.inbounds).toHaveLength(1);
    expect(stage.inbounds[0]?.eventKey).toBe(`web:amara:${eventId}`);
  });

  it("repeated after its answer was lost gets that answer without asking again", async () => {
    const eventId = randomUUID();
    const first = await post("act", { command, eventId });
    const again = await post("act", { command, eventId });

    expect(again.json).toEqual(first.json);
    expect(stage.inbounds).toHaveLength(1);
  });

  it("of two people under one event id are two events", async () => {
    const eventId = randomUUID();
    await post("act", { command, eventId });
    await post("act", { command, eventId, as: "diego" });

    expect(stage.inbounds.map(({ eventKey }) => eventKey)).toEqual([
      `web:amara:${eventId}`,
      `web:diego:${eventId}`,
    ]);
  });

  it("on the home is asked without a channel and answered in private", async () => {
    const { json } = await post("act", { command, channel: null, as: "hannah" });

    expect(stage.inbounds[0]?.place).toEqual({ kind: "home", channel: null });
    expect(json.message).toMatchObject({ channel: "direct-hannah", onlyForYou: false });
  });

  it("may answer with a form, whose errors stand beside its fields and whose values arrive", async () => {
    const form = (await post("act", { command: { type: "EditDates" } })).json;
    expect(form).toMatchObject({ kind: "form", form: { title: "Dates" } });

    const save = { command: form.form.command };
    const values = { retention: "12", where: ["cloud", "site"] };
    expect((await post("act", { ...save, values })).json).toMatchObject({
      kind: "errors",
      fields: { retention: "Retention has at least 72 months." },
    });
    const saved = await post("act", { ...save, values: { ...values, retention: "72" } });
    expect(said(saved.json.message)).toBe('Saved: {"retention":"72","where":["cloud","site"]}');
  });
});

describe("new channels", () => {
  it("get a plain name and are there for everybody", async () => {
    const made = await ask(stage.origin, {
      path: "/chat/api/channels",
      body: { as: "amara", name: "#Lakeside Clinic (Üben)" },
    });

    expect(made.json).toEqual({ channel: "lakeside-clinic-uben" });
    const { channels } = (await ask(stage.origin, { path: "/chat/api/channels?as=grace" })).json;
    expect(channels.map(({ name }: { name: string }) => name)).toEqual([
      "compliance",
      "general",
      "lakeside-clinic-uben",
      "Cleargate",
    ]);
  });
});
