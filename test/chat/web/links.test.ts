import { randomUUID } from "node:crypto";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { Inbound, Reply } from "../../../src/app/ports.ts";
import { MigrationId } from "../../../src/domain/ids.ts";
import { createTestStore } from "../../support/database.ts";
import { ask, openStage } from "./stage.ts";

const MIGRATION = MigrationId.parse("0d9a3d1e-8a53-4a1c-9f6b-000000000001");
const FORM: Reply = {
  kind: "form",
  form: {
    title: "Use as evidence",
    submit: "Add",
    command: { type: "AttachLinks", migration: MIGRATION },
    fields: [],
  },
};
const SILENT: Reply = { kind: "show", message: { headline: "There is no migration here." } };

const { store, appUrl } = await createTestStore();
const ids = await store.organisationOf({ surface: "web", workspaceRef: "local" });
const play: { converse: (inbound: Inbound) => Reply } = { converse: () => FORM };
const stage = await openStage({ appUrl, ...ids, converse: async (one) => play.converse(one) });
afterAll(() => stage.close());
let channel = "";
let ours = "";
beforeEach(async () => {
  play.converse = () => FORM;
  channel = `links-${randomUUID().slice(0, 8)}`;
  await ask(stage.origin, { path: "/chat/api/channels", body: { as: "amara", name: channel } });
  ours = await post(null);
  stage.inbounds.length = 0;
});

/** A message of the product, or of a person, that stands in the channel. */
async function post(authorId: string | null): Promise<string> {
  const ref = randomUUID();
  await stage.chat.post({
    ref,
    channelId: channel,
    threadRef: null,
    authorId,
    onlyFor: null,
    content: { kind: "message", message: { headline: "Northside Clinic" } },
    attempt: ref,
    sentAt: new Date(),
  });
  return ref;
}

async function say(text: string, given: { as?: string; thread?: string; eventId?: string } = {}) {
  const body = { as: "amara", channel, eventId: randomUUID(), text, ...given };
  return ask(stage.origin, { path: "/chat/api/say", body });
}

async function offersTo(as: string, thread = ""): Promise<readonly string[]> {
  const query = new URLSearchParams({ as, channel, ...(thread && { thread }) });
  const { json } = await ask(stage.origin, { path: `/chat/api/messages?${query}` });
  return json.messages
    .filter((message: { onlyForYou: boolean }) => message.onlyForYou)
    .map((message: { content: { message: { headline: string } } }) => message.content.message)
    .map(({ headline }: { headline: string }) => headline);
}

const ONE = ["Keep this link to a.example as evidence?"];

describe("a link in a thread of ours", () => {
  it("is posted for all, and offered to who said it alone, in the thread", async () => {
    const { json } = await say("the BAA: https://a.example/x.", { thread: ours });

    expect(json).toMatchObject({ kind: "posted", message: { thread: ours } });
    expect(stage.inbounds).toMatchObject([
      { command: { type: "OfferLinks" }, values: { links: ["https://a.example/x"] } },
    ]);
    expect(JSON.stringify(stage.inbounds)).not.toContain("the BAA");
    expect(await offersTo("amara", ours)).toEqual(ONE);
    expect(await offersTo("marcus", ours)).toEqual([]);
    expect(await offersTo("amara")).toEqual([]);
  });

  it("sent again is offered once, also at the same time", async () => {
    const again = { thread: ours, eventId: randomUUID() };
    await Promise.all([1, 2, 3].map(() => say("https://a.example/x", again)));
    await say("https://a.example/x", again);

    expect(await offersTo("amara", ours)).toEqual(ONE);
  });

  it("that failed once is offered when the page sends it again", async () => {
    const again = { thread: ours, eventId: randomUUID() };
    play.converse = () => {
      throw new Error("down");
    };
    expect((await say("https://a.example/x", again)).status).toBe(500);
    play.converse = () => FORM;
    expect((await say("https://a.example/x", again)).status).toBe(200);

    expect(await offersTo("amara", ours)).toEqual(ONE);
  });

  it("that the application does not want is passed over in silence", async () => {
    play.converse = () => SILENT;
    await say("https://a.example/x", { thread: ours });

    expect(stage.inbounds).toHaveLength(1);
    expect(await offersTo("amara", ours)).toEqual([]);
  });

  it("with a password is not repeated, and the person hears why", async () => {
    await say("https://user:pw@a.example/x", { thread: ours });

    expect(await offersTo("amara", ours)).toEqual(["This cannot be kept as evidence as it is."]);
  });

  it("with a card number is not even posted", async () => {
    const { status } = await say("https://a.example/?c=4111111111111111", { thread: ours });

    expect(status).toBe(400);
    expect(stage.inbounds).toEqual([]);
  });
});

describe("a link elsewhere", () => {
  it("is offered when Cleargate is named", async () => {
    await say("@cleargate https://a.example/x");

    expect(await offersTo("amara")).toEqual(ONE);
  });

  it("in the channel, or in a thread of people, asks nothing", async () => {
    await say("https://a.example/x");
    await say("https://a.example/x", { thread: await post("marcus") });
    await say("ftp://a.example javascript:alert(1)", { thread: ours });

    expect(stage.inbounds).toEqual([]);
  });

  it("in a command is for the command", async () => {
    await say("/compliance evidence https://a.example/x", { thread: ours });

    expect(stage.inbounds.map(({ command }) => command.type)).toEqual(["Text"]);
  });

  it("of a deactivated account is not even posted", async () => {
    expect((await say("https://a.example/x", { as: "nadia", thread: ours })).status).toBe(403);
    expect(stage.inbounds).toEqual([]);
  });
});
