import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Log } from "../../src/app/ports.ts";
import type { Shipping } from "../../src/app/shipping-ports.ts";
import type { Fact } from "../../src/domain/facts.ts";
import type { Person } from "../../src/domain/people/person.ts";
import type { Loop } from "../../src/loops/loop.ts";
import { startShipper } from "../../src/loops/shipper.ts";
import { createSplunk } from "../../src/sinks/splunk.ts";
import { day, factsOf } from "../store/record-facts.ts";
import { createTestStore } from "../support/database.ts";
import {
  actorOf,
  aMigration,
  anOffice,
  aPerson,
  NOW,
  type Office,
  record,
} from "../support/people.ts";
import { type SplunkMood, type SplunkStandIn, startSplunk } from "../support/splunk/stand-in.ts";

const { store, asOwner } = await createTestStore();
const running: Loop[] = [];
const logged: string[] = [];
const note = (event: string): void => void logged.push(event);
const log: Log = { info: note, warn: note, error: note };
let office: Office;
let dana: Person;
let splunk: SplunkStandIn;

beforeEach(async () => {
  await asOwner("truncate splunk_cursors, splunk_refusals");
  // What other tests recorded counts as shipped.
  await asOwner(
    `insert into splunk_cursors (organisation_id, entries_through, checkpoints_through)
     select o.id, (select count(*) from ledger_entries e where e.organisation_id = o.id), 1000000
     from organisations o`,
  );
  logged.splice(0);
  splunk = await startSplunk();
  office = await anOffice(store);
  dana = await aPerson(store, office);
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((loop) => loop.stop()));
  await splunk.close();
});

interface Given {
  readonly shipping?: Shipping;
  readonly timeoutMs?: number;
  readonly acknowledgedWithinMs?: number;
}

function ship({ shipping = store.shipping, ...given }: Given = {}): Loop {
  const { url, token } = splunk;
  const sink = createSplunk({ url, token, channel: randomUUID(), timeoutMs: 500, ...given });
  const loop = startShipper({ shipping, sink, log });
  running.push(loop);
  return loop;
}

async function happen(...facts: readonly Fact[]): Promise<void> {
  const by = { organisationId: office.organisationId, at: NOW, actor: actorOf(dana) };
  await record(store, by, facts);
  await store.sealLedger(office.organisationId);
}

const refusals = (count: number): readonly Fact[] =>
  Array.from({ length: count }, (_, nth) => ({
    type: "CommandRefused",
    command: `Command${nth}`,
    code: "role_needed",
    migrationId: null,
  }));

const upTo = (last: number) => Array.from({ length: last }, (_, nth) => nth + 1);
const shipped = () => splunk.sequences(office.organisationId);
const untilShipped = (last: number, timeout = 15_000) =>
  expect.poll(shipped, { timeout }).toEqual(upTo(last));
const lag = async () => (await store.measure()).shipping;

describe("what is shipped", () => {
  test("every entry by its number, as it stands in the ledger", async () => {
    await happen(...refusals(3));
    ship();
    await untilShipped(4);

    const rows = await asOwner(
      `select entry, encode(leaf_hash, 'hex') as leaf from ledger_entries
       where organisation_id = $1 order by sequence`,
      [office.organisationId],
    );
    const events = splunk.of("cleargate:ledger");
    expect(events.map(({ entry }) => entry)).toEqual(rows.map(({ entry }) => JSON.parse(entry)));
    expect(events.map(({ leaf_hash }) => leaf_hash)).toEqual(rows.map(({ leaf }) => leaf));
    expect(events[2]).toMatchObject({
      event_id: `${office.organisationId}:3`,
      organisation: office.organisationId,
      sequence: 3,
      type: "CommandRefused",
    });
    expect(splunk.events[0]?.time).toBe(Date.parse(NOW) / 1000);
  });

  test("a sign-off also as compliance_signoff with name, requirement and timestamp", async () => {
    const migrationId = await aMigration(store, dana);
    await happen(factsOf(migrationId).sign(dana));
    ship();
    await expect.poll(() => splunk.of("cleargate:compliance_signoff").length).toBe(1);

    expect(splunk.of("cleargate:compliance_signoff")).toEqual([
      expect.objectContaining({
        event: "compliance_signoff",
        name: "Dana Reyes",
        email: "dana.reyes@ours.example",
        requirement: "hipaa_baa_signed",
        timestamp: NOW,
        migration_id: migrationId,
        event_id: expect.stringMatching(/:\d+:compliance_signoff$/),
      }),
    ]);
  });

  test("nothing personal but who signed, and not even that once it was erased", async () => {
    const migrationId = await aMigration(store, dana, { personal: { customer: "Harbor Clinic" } });
    const facts = factsOf(migrationId);
    await happen(
      facts.answer({ personal: { value: "the answer in words" } }),
      facts.evidence({
        kind: "held",
        sha256: null,
        bytes: null,
        heldOn: day("2026-02-01"),
        personal: { name: "memo of counsel", link: null },
      }),
    );
    const officer = await aPerson(store, office, { name: "Priya Nair" });
    const by = { organisationId: office.organisationId, at: NOW, actor: actorOf(officer) };
    await record(store, by, [facts.sign(officer)]);
    await store.sealLedger(office.organisationId);
    await asOwner("update ledger_personal set salt = null, body = null, erased_at = now()");
    ship();
    await expect.poll(() => splunk.of("cleargate:compliance_signoff").length).toBe(1);

    expect(splunk.of("cleargate:compliance_signoff")[0]).toMatchObject({
      name: null,
      email: null,
      erased: true,
      requirement: "hipaa_baa_signed",
    });
    const sent = JSON.stringify(splunk.events);
    for (const word of [
      "Harbor Clinic",
      "the answer in words",
      "memo of counsel",
      "Priya",
      "@ours",
    ])
      expect(sent).not.toContain(word);
  });

  test("checkpoints, each once", async () => {
    await happen(...refusals(1));
    const note = "cleargate/ledger/x\n2\nAAAA\n\n— cleargate-ledger BBBB\n";
    await asOwner(
      `insert into ledger_checkpoints (organisation_id, era, size, root, key_id, note, signed_at)
       values ($1, 1, 2, '\\x00', '00000000', $2, now())`,
      [office.organisationId, note],
    );
    ship();
    await expect.poll(() => splunk.of("cleargate:checkpoint").length).toBe(1);

    const { organisationId } = office;
    expect(splunk.of("cleargate:checkpoint")).toEqual([
      {
        event_id: `${organisationId}:checkpoint:1:2`,
        organisation: organisationId,
        era: 1,
        size: 2,
        checkpoint: note,
      },
    ]);
    await sleep(700);
    expect(splunk.events.filter(({ sourcetype }) => /checkpoint/.test(sourcetype))).toHaveLength(1);
  });

  test("what is recorded while it ships follows by itself, and the lag says how far it is", async () => {
    await happen(...refusals(4));
    expect(await lag()).toMatchObject({ entries: 5, seconds: expect.any(Number) });
    ship();
    await untilShipped(5);
    await happen(...refusals(2));
    await untilShipped(7);

    await expect.poll(lag).toEqual({ entries: 0, seconds: 0, leftOut: 0 });
  });
});

describe("nothing is lost", () => {
  test.each<[string, SplunkMood, number]>([
    ["is busy", { kind: "busy" }, 2],
    ["is busy and says for how long", { kind: "busy", retryAfterSeconds: 1 }, 1],
    ["is broken", { kind: "status", status: 500 }, 1],
    ["does not accept the token for a while", { kind: "status", status: 403, code: 4 }, 1],
    ["is set up wrong: 400 about the index", { kind: "status", status: 400, code: 7 }, 1],
    ["never answers", { kind: "hang" }, 1],
    ["cuts the connection", { kind: "reset" }, 1],
    ["takes the events and loses the reply", { kind: "lose_reply" }, 1],
    ["is slow", { kind: "slow", ms: 300 }, 3],
    ["is another server", { kind: "foreign" }, 1],
  ])("when Splunk %s", async (_, mood, times) => {
    await happen(...refusals(6));
    splunk.misbehave(mood, times);
    ship();

    await untilShipped(7);
    await expect.poll(async () => (await lag()).entries).toBe(0);
  });

  test("in a long outage, and its end is noticed", async () => {
    splunk.misbehave({ kind: "busy" });
    ship();
    await happen(...refusals(700));
    await sleep(1200);
    await happen(...refusals(700));

    expect(shipped()).toEqual([]);
    expect((await lag()).entries).toBe(1401);
    splunk.behave();
    await untilShipped(1401, 20_000);
    expect(splunk.requests.length).toBeLessThan(20);
  });

  test("when a process dies with events on their way", async () => {
    await happen(...refusals(20));
    // It shipped, and died before it could say so.
    const { url, token } = splunk;
    const shipment = await store.shipping.claim([]);
    const sink = createSplunk({ url, token, channel: randomUUID() });
    await sink.shipEntries(office.organisationId, shipment?.entries.slice(0, 5) ?? []);
    await asOwner("update splunk_cursors set lease_until = now() where lease_until is not null");
    ship();
    await untilShipped(21);

    expect(splunk.of("cleargate:ledger")).toHaveLength(21);
    expect(splunk.events).toHaveLength(26);
    // The late word of the dead process moves nothing.
    const late = { taken: [1], refused: [], checkpointsThrough: null };
    if (shipment) await store.shipping.settle(shipment, late);
    expect((await lag()).entries).toBe(0);
  });

  test("of two organisations whose processes ship at the same time, and each entry once", async () => {
    const other = await anOffice(store);
    await aPerson(store, other);
    await store.sealLedger(other.organisationId);
    await happen(...refusals(50));
    ship();
    ship();
    await untilShipped(51);
    await expect.poll(() => splunk.sequences(other.organisationId)).toEqual([1]);

    expect(splunk.events).toHaveLength(52);
  });
});

describe("indexer acknowledgment", () => {
  test("the cursor waits until Splunk says that the events are indexed", async () => {
    splunk.acknowledge("when_told");
    await happen(...refusals(3));
    ship();
    await expect.poll(() => splunk.requests.some(({ path }) => /ack/.test(path))).toBe(true);

    expect((await lag()).entries).toBe(4);
    splunk.index();
    await untilShipped(4);
    await expect.poll(async () => (await lag()).entries).toBe(0);
  });

  test("what Splunk took and never indexed is sent again", async () => {
    splunk.acknowledge("at_once");
    splunk.misbehave({ kind: "forget" }, 1);
    await happen(...refusals(3));
    ship({ acknowledgedWithinMs: 400 });

    await untilShipped(4);
    await expect.poll(async () => (await lag()).entries).toBe(0);
  });

  test("does not keep the process from stopping", async () => {
    splunk.acknowledge("when_told");
    await happen(...refusals(3));
    const loop = ship();
    await expect.poll(() => splunk.requests.some(({ path }) => /ack/.test(path))).toBe(true);
    const began = performance.now();
    await loop.stop();

    expect(performance.now() - began).toBeLessThan(1500);
    expect((await lag()).entries).toBe(4);
  });
});

describe("an event that Splunk refuses", () => {
  test("is found in its batch, left out after three attempts, and stops no other", async () => {
    splunk.refuse(({ sequence }) => sequence === 13);
    await happen(...refusals(40));
    ship();
    await expect.poll(async () => (await lag()).leftOut, { timeout: 15_000 }).toBe(1);

    expect(shipped()).toEqual(upTo(41).filter((sequence) => sequence !== 13));
    expect((await lag()).entries).toBe(0);
    expect(logged).toContain("event_left_out");
    expect(await asOwner("select sequence::int, attempts, why from splunk_refusals")).toEqual([
      { sequence: 13, attempts: 3, why: "HTTP 400, code 6" },
    ]);
  });

  test("is not left out while Splunk refuses everything", async () => {
    splunk.refuse(() => true);
    await happen(...refusals(2));
    ship();
    await expect
      .poll(
        async () =>
          (await asOwner("select coalesce(max(attempts), 0) as most from splunk_refusals"))[0]
            ?.most,
        { timeout: 15_000 },
      )
      .toBeGreaterThanOrEqual(3);

    expect((await lag()).leftOut).toBe(0);
    splunk.refuse(null);
    await untilShipped(3);
  });
});

describe("sending again", () => {
  test("from an entry on gives Splunk what it lost, under the same ids, and is on record", async () => {
    splunk.misbehave({ kind: "forget" }, 1);
    await happen(...refusals(9));
    ship();
    await expect.poll(async () => (await lag()).entries).toBe(0);
    expect(shipped()).toEqual([]);

    const resent = await store.write(office.organisationId, null, (writing) =>
      writing.resendEvents(4),
    );

    expect(resent).toBe(true);
    await expect.poll(shipped).toEqual([4, 5, 6, 7, 8, 9, 10]);
  });

  test("is not possible before anything was shipped", async () => {
    const other = await anOffice(store);

    expect(await store.write(other.organisationId, null, (w) => w.resendEvents(1))).toBe(false);
  });
});

test("the product waits for nothing of it: what is recorded is there while Splunk hangs", async () => {
  splunk.misbehave({ kind: "hang" });
  ship({ timeoutMs: 10_000 });
  await happen(...refusals(1));
  await expect.poll(() => splunk.requests.length).toBeGreaterThan(0);
  const began = performance.now();
  await happen(...refusals(1));

  expect(performance.now() - began).toBeLessThan(1000);
});
