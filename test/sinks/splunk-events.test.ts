/** What docs/ledger-format.md says of the events in Splunk, compared with events as they are shipped. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { z } from "zod";
import type { KeptCheckpoint, SealedEntry } from "../../src/app/shipping-ports.ts";
import { Bug } from "../../src/domain/fault.ts";
import { checkpointEvent, entryEvents } from "../../src/sinks/splunk-events.ts";
import { listFirstColumn } from "../house/document-rules.ts";
import { factsOf } from "../store/record-facts.ts";
import { createTestStore } from "../support/database.ts";
import { actorOf, aMigration, anOffice, aPerson, NOW, record } from "../support/people.ts";

const { store } = await createTestStore();
const office = await anOffice(store);
const { organisationId } = office;
const dana = await aPerson(store, office, { name: "Dana Reyes" });
const omar = await aPerson(store, office, { name: "Omar Haddad" });

const of = factsOf(await aMigration(store, dana));
await record(store, { organisationId, actor: actorOf(omar), at: NOW }, [of.sign(omar)]);
await store.sealLedger(organisationId);

const Event = z.object({
  time: z.number().optional(),
  source: z.literal("cleargate"),
  sourcetype: z.string(),
  event: z.record(z.string(), z.unknown()),
});

const shipment = await store.shipping.claim([]);
const sealed = shipment?.entries.at(-1);
const kept: KeptCheckpoint = { id: 1, era: 1, size: 7, note: "cleargate/ledger/…\n" };

function shipped(entry: SealedEntry | undefined) {
  if (!entry) throw new Bug("nothing was sealed");
  return entryEvents(organisationId, entry).map((text) => Event.parse(JSON.parse(text)));
}

/** The rows of the table under a heading of the page. */
function listed(heading: string): string[] {
  const page = readFileSync("docs/ledger-format.md", "utf8");
  const [, section = ""] = page.split(`### ${heading}\n`);
  return listFirstColumn(section.split(/^#{2,3} /m)[0] ?? "");
}

test("an entry of the ledger has the fields that the page lists", () => {
  const [entry] = shipped(sealed);

  expect(entry?.sourcetype).toBe("cleargate:ledger");
  expect(Object.keys(entry?.event ?? {})).toEqual(listed("`cleargate:ledger`"));
});

test("a sign-off has the fields that the page lists, each with a value", () => {
  const [, signOff] = shipped(sealed);
  const fields = listed("`cleargate:compliance_signoff`").filter((name) => name !== "erased");

  expect(signOff?.sourcetype).toBe("cleargate:compliance_signoff");
  expect(new Set(Object.keys(signOff?.event ?? {}))).toEqual(new Set(fields));
  expect(fields.filter((name) => (signOff?.event[name] ?? null) === null)).toEqual([]);
});

test("a sign-off whose signer was erased says so, in the fields that the page lists", () => {
  const [, signOff] = shipped(sealed && { ...sealed, personal: null });

  expect(new Set(Object.keys(signOff?.event ?? {}))).toEqual(
    new Set(listed("`cleargate:compliance_signoff`")),
  );
  expect(signOff?.event).toMatchObject({ name: null, email: null, erased: true });
});

test("a checkpoint has the fields that the page lists", () => {
  const event = Event.parse(JSON.parse(checkpointEvent(organisationId, kept)));

  expect(event.sourcetype).toBe("cleargate:checkpoint");
  expect(Object.keys(event.event)).toEqual(listed("`cleargate:checkpoint`"));
});

test("what stands around an event is what the page lists", () => {
  expect(shipped(sealed).map((event) => Object.keys(event))).toEqual([
    listed("Around each event"),
    listed("Around each event"),
  ]);
});
