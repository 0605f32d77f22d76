import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, describe, expect, test } from "vitest";
import type { Leased } from "../../src/app/loop-ports.ts";
import type { Delivery } from "../../src/app/ports.ts";
import { Bug } from "../../src/domain/fault.ts";
import { Instant } from "../../src/domain/ids.ts";
import type { Person } from "../../src/domain/people/person.ts";
import { createTestStore } from "../support/database.ts";
import { anOffice, aPerson, type Office } from "../support/people.ts";

const { store, asOwner } = await createTestStore();
const { outbox } = store;
let office: Office;

beforeEach(async () => {
  await asOwner("truncate outbox, living_messages");
  office = await anOffice(store);
});

function post(headline: string, given: Partial<Delivery> & { channelId?: string } = {}): Delivery {
  const { channelId = "C1", ...rest } = given;
  const channel = { surface: "slack", workspaceId: office.workspaceId, channelId } as const;
  return { lane: "interactive", to: { kind: "channel", channel }, message: { headline }, ...rest };
}

const toPerson = (person: Person, headline: string, key?: string): Delivery => ({
  lane: "interactive",
  to: { kind: "person", personId: person.id },
  message: { headline },
  ...(key ? { key } : {}),
});

async function deliver(...deliveries: readonly Delivery[]): Promise<void> {
  await store.write(office.organisationId, null, (writing) => writing.deliver(deliveries));
}

const lease = (lane: Delivery["lane"] = "interactive") =>
  outbox.lease(lane, { limit: 100, except: [] });

async function leaseOne(): Promise<Leased> {
  const [first] = await lease();
  if (!first) throw new Error("nothing waits");
  return first;
}

async function sendOne(ref = "1.1"): Promise<Leased> {
  const leased = await leaseOne();
  await outbox.settle(leased, { outcome: "sent", ref }, null);
  return leased;
}

const replay = (id: string) =>
  store.write(office.organisationId, null, (writing) => writing.replayDeadLetter(id));

const said = (leased: readonly Leased[]) => leased.map(({ message }) => message.headline);

/** As if the lease's time had passed. */
const endLeases = () => asOwner("update outbox set lease_until = now() - interval '1 second'");

describe("whoever waits for a lane", () => {
  test("is woken by what is written into it, and left alone by the others", async () => {
    const woken: string[] = [];
    const deafen = await Promise.all(
      (["emergency", "interactive", "bulk"] as const).map((lane) =>
        outbox.onWake(lane, () => woken.push(lane)),
      ),
    );
    woken.length = 0;

    await deliver(post("report", { lane: "bulk" }));
    await expect.poll(() => woken).toEqual(["bulk"]);
    await deliver(post("fire", { lane: "emergency" }), post("tests", { lane: "bulk" }));
    await expect.poll(() => woken.toSorted()).toEqual(["bulk", "bulk", "emergency"]);
    for (const stop of deafen) stop();
  });
});

describe("deliveries", () => {
  test("of one channel leave one after the other, those of others beside them", async () => {
    await deliver(post("one"), post("two"), post("other", { channelId: "C2" }));

    expect(said(await lease())).toEqual(["one", "other"]);
    expect(await lease()).toEqual([]);
  });

  test("follow when the one before has arrived", async () => {
    await deliver(post("one"), post("two"));
    await sendOne();

    expect(said(await lease())).toEqual(["two"]);
  });

  test("of a transaction that fails never leave", async () => {
    const failing = store.write(office.organisationId, null, async (writing) => {
      await writing.deliver([post("never")]);
      throw new Bug("rolled back");
    });

    await expect(failing).rejects.toThrow("rolled back");
    expect(await lease()).toEqual([]);
  });

  test("wait in their own lane", async () => {
    await deliver(post("fire", { lane: "emergency" }), post("news", { lane: "bulk" }));

    expect(await lease()).toEqual([]);
    expect(said(await lease("emergency"))).toEqual(["fire"]);
    expect(await outbox.pending()).toMatchObject({
      emergency: { waiting: 1 },
      interactive: { waiting: 0 },
      bulk: { waiting: 1 },
    });
  });

  test("to a person go to the surface used last, to a home to every surface", async () => {
    const teams = await anOffice(store, { surface: "teams" });
    await asOwner("update workspaces set organisation_id = $1 where id = $2", [
      office.organisationId,
      teams.workspaceId,
    ]);
    const dana = await aPerson(store, office, { userId: "U1" });
    const onTeams = { ...teams, organisationId: office.organisationId };
    const at = Instant.parse("2026-03-02T11:00:00.000Z");
    await aPerson(store, onTeams, { personId: dana.id, userId: "29:x", at });
    await deliver(toPerson(dana, "hello"), {
      lane: "interactive",
      to: { kind: "home", personId: dana.id },
      message: { headline: "home" },
    });

    const leased = await lease();

    expect(leased.map(({ message, route }) => [message.headline, route])).toEqual([
      ["hello", expect.objectContaining({ surface: "teams", edit: null })],
      ["home", expect.objectContaining({ surface: "teams" })],
      ["home", expect.objectContaining({ surface: "slack" })],
    ]);
  });

  test("to a person without an identity go nowhere", async () => {
    const dana = await aPerson(store, office);
    await asOwner("delete from identities where person_id = $1", [dana.id]);
    await deliver(toPerson(dana, "hello"));

    expect((await leaseOne()).route).toMatchObject({ kind: "nowhere" });
  });

  test("that cannot be kept are a bug of ours", async () => {
    await expect(deliver(post("nul \u0000"))).rejects.toThrow(Bug);
  });
});

describe("a living message", () => {
  test("is posted first and edited later, and threads hang on it", async () => {
    await deliver(post("card 1", { key: "card" }));
    expect((await sendOne("171.5")).route).toMatchObject({ kind: "send", edit: null });

    const channel = { surface: "slack", workspaceId: office.workspaceId, channelId: "C1" } as const;
    await deliver(
      post("card 2", { key: "card" }),
      post("line", { to: { kind: "channel", channel, threadOf: "card" } }),
    );

    expect((await sendOne("171.5")).route).toMatchObject({ edit: "171.5" });
    expect((await sendOne("171.9")).route).toMatchObject({
      edit: null,
      to: { kind: "channel", threadRef: "171.5" },
    });
  });

  test("takes the newest of several edits that have not left", async () => {
    await deliver(post("card 1", { key: "card" }), post("beside"));
    await deliver(post("card 2", { key: "card" }));
    await deliver(post("card 3", { key: "card", editOnly: true }));

    expect(said([await sendOne(), await sendOne()])).toEqual(["card 3", "beside"]);
    expect(await lease()).toEqual([]);
  });

  test("is not folded into a message that is on its way", async () => {
    await deliver(post("card 1", { key: "card" }));
    const onTheWay = await leaseOne();
    await deliver(post("card 2", { key: "card" }));
    await outbox.settle(onTheWay, { outcome: "sent", ref: "1.1" }, null);

    const next = await leaseOne();

    expect(said([onTheWay, next])).toEqual(["card 1", "card 2"]);
    expect(next.route).toMatchObject({ edit: "1.1" });
  });

  test("is not edited when it says the same already", async () => {
    await deliver(post("at 9:00", { key: "gate", digest: "blocked" }));
    await sendOne();
    await deliver(post("at 9:01", { key: "gate", digest: "blocked" }));

    expect((await leaseOne()).route).toMatchObject({ kind: "drop" });
  });

  test("that was never posted is not made by an edit", async () => {
    await deliver(post("edit", { key: "card", editOnly: true }));

    expect((await leaseOne()).route).toMatchObject({ kind: "drop" });
  });

  test("that was deleted is posted anew", async () => {
    await deliver(post("card 1", { key: "card" }));
    await sendOne("1.1");
    await deliver(post("card 2", { key: "card" }));
    await outbox.settle(await leaseOne(), { outcome: "repost", why: "message_not_found" }, 0);

    expect((await sendOne("2.2")).route).toMatchObject({ kind: "send", edit: null });
    await deliver(post("card 3", { key: "card" }));
    expect((await leaseOne()).route).toMatchObject({ edit: "2.2" });
  });

  test("to a person is edited where it stands, whatever surface was used since", async () => {
    const dana = await aPerson(store, office, { userId: "U1" });
    await deliver(toPerson(dana, "please sign", "ask"));
    await sendOne("5.5");
    await asOwner("update identities set last_seen_at = now() where user_id = 'U1'");
    await deliver(toPerson(dana, "signed", "ask"));

    expect((await leaseOne()).route).toMatchObject({
      edit: "5.5",
      to: { kind: "person", identity: { userId: "U1" } },
    });
  });

  test("is told with what it says, or will say when the waiting edit has left", async () => {
    const living = () =>
      store.read(office.organisationId, (reading) => reading.livingMessage("gate"));

    expect(await living()).toBeNull();
    await deliver(post("a", { key: "gate", digest: "blocked" }));
    expect(await living()).toEqual({ posted: false, digest: "blocked" });
    await sendOne();
    expect(await living()).toEqual({ posted: true, digest: "blocked" });
    await deliver(post("b", { key: "gate", digest: "pass", editOnly: true }));
    expect(await living()).toEqual({ posted: true, digest: "pass" });
  });
});

describe("a lease", () => {
  test("that ended without a word is taken by another, who is told that the post may have arrived", async () => {
    await deliver(post("one"));
    const first = await leaseOne();
    expect(first).toMatchObject({ attempts: 1, uncertain: false });

    await endLeases();

    expect(await leaseOne()).toMatchObject({ id: first.id, attempts: 2, uncertain: true });
  });

  test("that has passed to another settles nothing", async () => {
    await deliver(post("one"));
    const zombie = await leaseOne();
    await endLeases();
    const heir = await leaseOne();

    expect(await outbox.settle(zombie, { outcome: "failed", why: "late" }, null)).toBe("lost");
    expect(await outbox.settle(heir, { outcome: "sent", ref: "1" }, null)).toBe("over");
    expect(await outbox.deadLetters()).toEqual([]);
  });

  test("is taken by one of many", async () => {
    await deliver(...Array.from({ length: 20 }, (_, n) => post("x", { channelId: `C${n}` })));

    const taken = await Promise.all(Array.from({ length: 4 }, () => lease()));

    expect(new Set(taken.flat().map(({ id }) => id)).size).toBe(20);
    expect(taken.flat()).toHaveLength(20);
  });

  test("of a retried message is given when its time has come", async () => {
    await deliver(post("one"));
    await outbox.settle(await leaseOne(), { outcome: "retry", why: "rate_limited" }, 300);

    expect(await lease()).toEqual([]);
    await sleep(350);
    expect(await leaseOne()).toMatchObject({ attempts: 2, uncertain: false });
  });

  test("keeps an uncertain message uncertain, and no edit is folded into it", async () => {
    await deliver(post("card 1", { key: "card" }));
    await outbox.settle(await leaseOne(), { outcome: "uncertain", why: "timeout" }, 0);
    await deliver(post("card 2", { key: "card" }));

    expect(await leaseOne()).toMatchObject({
      uncertain: true,
      message: { headline: "card 1" },
    });
  });

  test("is not given for targets that pause", async () => {
    await deliver(post("one"), post("other", { channelId: "C2" }));
    const except = [`channel:${office.workspaceId}:C1`];

    const leased = await outbox.lease("interactive", { limit: 10, except });

    expect(said(leased)).toEqual(["other"]);
  });
});

describe("a dead letter", () => {
  test("is listed with its reason, lets the next message pass, and can be sent again", async () => {
    await deliver(post("lost"), post("next"));
    await outbox.settle(await leaseOne(), { outcome: "failed", why: "channel_not_found" }, null);

    expect(await outbox.deadLetters()).toMatchObject([
      { headline: "lost", why: "channel_not_found", attempts: 1, lane: "interactive" },
    ]);
    expect(said([await sendOne()])).toEqual(["next"]);

    const [dead] = await outbox.deadLetters();
    expect(await replay(dead?.id ?? "")).toMatchObject({ headline: "lost" });
    expect(await outbox.deadLetters()).toEqual([]);
    expect(await leaseOne()).toMatchObject({ message: { headline: "lost" }, attempts: 1 });
  });

  test("of an unknown number is not replayed", async () => {
    expect(await replay("123456")).toBeNull();
    expect(await replay("1; drop table outbox")).toBeNull();
  });
});
