/**
 * What the database said is always asked for anew; only what was made of the very same text is used again. A click
 * reads its migration several times, and most of them say the same.
 */
import type { MigrationId } from "../../domain/ids.ts";
import type { MigrationRecord } from "../../domain/migrations/record.ts";

/** Characters of all texts together; what is made of one takes some three times its length. */
const MOST = 4_000_000;

const known = new Map<MigrationId, { readonly text: string; readonly record: MigrationRecord }>();
let length = 0;

/** The record that a text says; nobody changes one. */
export function recall(
  id: MigrationId,
  text: string,
  parse: (text: string) => MigrationRecord,
): MigrationRecord {
  const before = known.get(id);
  forget(id);
  const kept = before?.text === text ? before : { text, record: parse(text) };
  known.set(id, kept);
  length += text.length;
  for (const oldest of known.keys()) {
    if (length <= MOST) break;
    forget(oldest);
  }
  return kept.record;
}

function forget(id: MigrationId): void {
  length -= known.get(id)?.text.length ?? 0;
  known.delete(id);
}
