/** Deliveries into Teams: what each fault means for the outbox, that every call goes out once, and where words go instead. */
import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Sender, Sent } from "../../../src/app/ports.ts";
import { createBot } from "../../../src/chat/teams/api/bot.ts";
import { createTroubles } from "../../../src/chat/teams/api/troubles.ts";
import { createSender } from "../../../src/chat/teams/sender.ts";
import { WorkspaceId } from "../../../src/domain/ids.ts";
import type { Identity } from "../../../src/domain/people/person.ts";
import type { Message } from "../../../src/messages/message.ts";
import type { Mood } from "../../support/teams/moods.ts";
import { startTeams, type TeamsStandIn } from "../../support/teams/stand-in.ts";
import { aMemory } from "./memory.ts";

const AMARA = "3f0c7a52-0000-4000-8000-000000000001";
const HELLO: Message = { headline: "The gate is open.", sections: [{ lines: ["All signed."] }] };
const workspaceId = WorkspaceId.parse(randomUUID());
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

let teams: TeamsStandIn;
let sender: Sender;
let channelId: string;

beforeEach(async () => {
  teams = await startTeams();
  teams.addUser(AMARA, { name: "Amara Okafor" });
  channelId = teams.addChannel("clinic").id;
  const { serviceUrl, tenantId, appId, appPassword, endpoints } = teams;
  const { memory, conversations } = aMemory(workspaceId, tenantId);
  conversations.set(channelId, {
    conversationId: channelId,
    kind: "channel",
    serviceUrl,
    userId: null,
  });
  sender = createSender({
    bot: createBot({ credentials: { appId, appPassword }, endpoints, clock: () => new Date() }),
    troubles: createTroubles(silent),
    memory,
    log: silent,
    serviceUrl,
    peopleOf: async () => [identity()],
  });
});
afterEach(async () => {
  teams.takeFaults();
  await teams.close();
});

function identity(): Identity {
  return { surface: "teams", workspaceId, workspaceRef: teams.tenantId, userId: AMARA };
}

function post(given: Partial<Parameters<Sender["send"]>[0]> = {}): Promise<Sent> {
  const channel = { surface: "teams", workspaceId, channelId } as const;
  return sender.send({
    to: { kind: "channel", channel, threadRef: null },
    message: HELLO,
    edit: null,
    attempt: randomUUID(),
    uncertain: false,
    lane: "interactive",
    ...given,
  });
}

function refOf(sent: Sent): string {
  if (sent.outcome !== "sent") throw new Error(`it was not sent: ${sent.why}`);
  return sent.ref;
}

describe("a message", () => {
  test("begins a thread in a channel, is answered there, and is edited in place", async () => {
    const ref = refOf(await post());
    const channel = { surface: "teams", workspaceId, channelId } as const;
    const reply = refOf(await post({ to: { kind: "channel", channel, threadRef: ref } }));

    expect(await post({ edit: ref, message: { headline: "The gate is closed." } })).toEqual({
      outcome: "sent",
      ref,
    });

    expect(ref).toMatch(/^19:.*;messageid=\d+\/\d+$/);
    expect(reply.split("/")[0]).toBe(ref.split("/")[0]);
    const said = teams.world.messages.map((one) => JSON.stringify(one));
    expect(said).toHaveLength(2);
    expect(said[0]).toContain("The gate is closed.");
  });

  test("for one person opens their own chat, once", async () => {
    await post({ to: { kind: "person", identity: identity() } });
    await post({ to: { kind: "person", identity: identity() } });

    expect(teams.callsOf("open")).toHaveLength(1);
    expect(teams.world.messages).toHaveLength(2);
  });

  test("of a workspace that is nobody's is given up", async () => {
    const channel = {
      surface: "teams",
      workspaceId: WorkspaceId.parse(randomUUID()),
      channelId,
    } as const;

    expect(await post({ to: { kind: "channel", channel, threadRef: null } })).toMatchObject({
      outcome: "failed",
    });
    expect(teams.calls).toEqual([]);
  });

  test("that may have arrived before says so", async () => {
    await post({ uncertain: true });

    expect(JSON.stringify(teams.world.messages)).toContain("you may see this message twice");
  });
});

describe("when Teams", () => {
  test.each<[string, Mood, Partial<Sent>]>([
    [
      "is asked too often",
      { kind: "rate_limited", retryAfterSeconds: 7 },
      { outcome: "retry", afterSeconds: 7, limits: "target", isPassing: true },
    ],
    [
      "does not say for how long",
      { kind: "rate_limited", retryAfterSeconds: null },
      { outcome: "retry", afterSeconds: 2 },
    ],
    ["answers 412", { kind: "status", status: 412 }, { outcome: "retry", isPassing: true }],
    ["answers 503", { kind: "status", status: 503 }, { outcome: "retry", isPassing: true }],
    ["answers 500", { kind: "status", status: 500 }, { outcome: "uncertain" }],
    ["answers 502", { kind: "status", status: 502 }, { outcome: "uncertain" }],
    ["answers 504", { kind: "status", status: 504 }, { outcome: "uncertain" }],
    ["cuts the connection", { kind: "reset" }, { outcome: "uncertain" }],
    [
      "answers with a page",
      { kind: "page", status: 502, body: "<h1>no</h1>" },
      { outcome: "uncertain" },
    ],
  ])("%s, the outbox hears it, and the call went out once", async (_what, mood, outcome) => {
    teams.misbehave("open", mood);

    expect(await post()).toMatchObject(outcome);

    expect(teams.callsOf("open")).toHaveLength(1);
    expect(teams.world.messages).toHaveLength(0);
  });

  test("hangs, it is given up after two seconds and not known to be lost", async () => {
    teams.misbehave("open", { kind: "hang" });
    const began = performance.now();

    expect(await post()).toMatchObject({ outcome: "uncertain" });

    expect(performance.now() - began).toBeLessThan(4_000);
  });

  test("loses the answer to a post that it took, it stands there once", async () => {
    teams.misbehave("open", { kind: "lose_reply" });

    expect(await post()).toMatchObject({ outcome: "uncertain" });

    expect(teams.world.messages).toHaveLength(1);
  });

  test("loses the answer to an edit, the edit is repeated without a word about it", async () => {
    const ref = refOf(await post());
    teams.misbehave("update", { kind: "lose_reply" });

    expect(await post({ edit: ref })).toMatchObject({ outcome: "retry" });
    expect(JSON.stringify(teams.world.messages)).not.toContain("twice");
  });

  test("does not take the app's token any more, the next call brings a new one", async () => {
    await post();
    teams.tokens.revoke();

    expect(await post()).toMatchObject({ outcome: "retry", isPassing: true });
    expect(await post()).toMatchObject({ outcome: "sent" });
  });

  test("gives no token, nothing was sent, and it is tried again", async () => {
    teams.misbehave("token", { kind: "status", status: 500 });

    expect(await post()).toMatchObject({ outcome: "retry", isPassing: true });
    expect(teams.callsOf("open")).toHaveLength(0);
  });

  test("takes the message for too large, the words alone arrive", async () => {
    teams.misbehave("open", { kind: "status", status: 413, code: "MessageSizeTooBig" });

    expect(await post()).toMatchObject({ outcome: "sent" });

    expect(JSON.stringify(teams.world.messages)).toContain("All signed.");
  });

  test("has thrown Cleargate out of the channel, those whom it concerns are told why", async () => {
    teams.misbehave("open", { kind: "status", status: 403, code: "BotNotInConversationRoster" });

    expect(await post()).toMatchObject({ outcome: "sent" });

    const said = JSON.stringify(teams.world.messages);
    expect(said).toContain("You get this as a personal message");
    expect(said).toContain("not in the conversation");
  });
});
