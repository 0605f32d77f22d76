/** How far the reading of a canonical object has come. */

export const MEMBERS_MAX = 256;

/** Where a scan stands: one object for all scans, because one for each would cost more than hashing. */
export interface Scan {
  source: Uint8Array;
  at: number;
  end: number;
  /** The object without the escapes, as it is hashed, and how far it was copied. */
  readonly bytes: Uint8Array;
  place: number;
  problem: string | null;
  /** How many members of the outermost object were passed. */
  count: number;
  /** Name start and end, value start and end of each of them, in the copy. */
  readonly spans: Int32Array;
  /** Where the value that `findMember` found last ends. */
  valueEnd: number;
}

/** `bytes` takes the copies. */
export function createScan(bytes: Uint8Array): Scan {
  const spans = new Int32Array(MEMBERS_MAX * 4);
  const nowhere = { source: bytes, at: 0, end: 0, place: 0, count: 0, valueEnd: 0 };
  return { ...nowhere, bytes, problem: null, spans };
}
