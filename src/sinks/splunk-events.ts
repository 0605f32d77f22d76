/**
 * Ledger entries and checkpoints as events of Splunk's HTTP Event Collector. Each carries an id that stays the same
 * however often it is sent. What is personal stays in the ledger, except who signed: the compliance guide asks for it.
 */
import { z } from "zod";
import type { KeptCheckpoint, SealedEntry } from "../app/shipping-ports.ts";
import { eventIdOf } from "../domain/audit/event-id.ts";
import { Bug } from "../domain/fault.ts";
import type { OrganisationId } from "../domain/ids.ts";

const Entry = z.looseObject({
  at: z.iso.datetime(),
  type: z.string(),
  requirement: z.string().optional(),
  migrationId: z.string().nullish(),
  signOffId: z.string().optional(),
  meaning: z.string().optional(),
  role: z.string().nullish(),
});
type Entry = z.infer<typeof Entry>;

const Signer = z.object({ name: z.string(), email: z.string() });

/** The events of one entry, as JSON: the entry itself, and `compliance_signoff` for a sign-off. */
export function entryEvents(organisation: OrganisationId, sealed: SealedEntry): readonly string[] {
  const entry = readEntry(sealed.entry);
  const event_id = eventIdOf(organisation, sealed.sequence);
  const place = { organisation, sequence: sealed.sequence };
  const body = { event_id, ...place, type: entry.type, leaf_hash: sealed.leafHash, entry };
  const recorded = wrap("cleargate:ledger", entry.at, body);
  if (entry.type !== "SignOffRecorded") return [recorded];
  const signOff = { ...signOffEvent(entry, sealed.personal), ...place };
  const own = { event_id: `${event_id}:compliance_signoff`, ...signOff };
  return [recorded, wrap("cleargate:compliance_signoff", entry.at, own)];
}

function readEntry(text: string): Entry {
  const entry = Entry.safeParse(JSON.parse(text));
  if (!entry.success) throw new Bug("a ledger entry without a type or a time");
  return entry.data;
}

/** Name, requirement, timestamp: what the compliance guide promises of every sign-off. */
function signOffEvent(entry: Entry, personal: string | null): object {
  const signer = personal === null ? null : Signer.parse(JSON.parse(personal));
  return {
    event: "compliance_signoff",
    name: signer?.name ?? null,
    email: signer?.email ?? null,
    ...(signer ? {} : { erased: true }),
    requirement: entry.requirement,
    timestamp: entry.at,
    migration_id: entry.migrationId,
    sign_off_id: entry.signOffId,
    meaning: entry.meaning,
    role: entry.role,
  };
}

/** A checkpoint: with it Splunk is a witness of the ledger's size and root. */
export function checkpointEvent(organisation: OrganisationId, kept: KeptCheckpoint): string {
  return JSON.stringify({
    source: "cleargate",
    sourcetype: "cleargate:checkpoint",
    event: {
      event_id: `${organisation}:checkpoint:${kept.era}:${kept.size}`,
      organisation,
      era: kept.era,
      size: kept.size,
      checkpoint: kept.note,
    },
  });
}

function wrap(sourcetype: string, at: string, event: object): string {
  return JSON.stringify({ time: Date.parse(at) / 1000, source: "cleargate", sourcetype, event });
}
