/**
 * Records that were made already, each with the stamp by which the database says whether any row of it changed since.
 * It is asked each time; what has not changed is neither sent nor made again.
 *
 * A stamp is of versions of rows, and no two versions of a row are alike, also where one was never committed. Only a
 * database that broke down gives the same number to another transaction, so a lost connection forgets everything.
 */
import type pg from "pg";
import type { MigrationId } from "../../domain/ids.ts";
import type { MigrationRecord } from "../../domain/migrations/record.ts";

/** Characters of the texts that the records were made of: with what is worked out of it, one takes four bytes for each. */
const MOST = 12_000_000;

export interface Kept {
  readonly stamp: string;
  /** Nobody changes it. */
  readonly record: MigrationRecord;
  /** Of the text that it was made of. */
  readonly length: number;
}

const records = new Map<MigrationId, Kept>();
let length = 0;

/** What was last made of a migration; whether that still stands, only its stamp can tell. */
export function recall(id: MigrationId): Kept | null {
  const kept = records.get(id);
  if (!kept) return null;
  records.delete(id);
  records.set(id, kept);
  return kept;
}

/** The one that nobody asked for longest makes room. */
export function remember(id: MigrationId, kept: Kept): void {
  forget(id);
  records.set(id, kept);
  length += kept.length;
  for (const oldest of records.keys()) {
    if (length <= MOST) break;
    forget(oldest);
  }
}

/** Of whoever is about to change it. */
export function forget(id: MigrationId): void {
  length -= records.get(id)?.length ?? 0;
  records.delete(id);
}

export function forgetAll(): void {
  records.clear();
  length = 0;
}

/** Whoever loses a connection of the pool may not rely on what it said. */
export function forgetWithLost(pool: pg.Pool): void {
  pool.on("error", forgetAll);
  pool.on("release", (lost: unknown) => {
    if (lost) forgetAll();
  });
}
