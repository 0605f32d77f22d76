/**
 * Reads the line of one entry. A line has one spelling: its members in this order, no white space, and texts in which
 * only `"` and `\` are escaped; so it is taken apart byte by byte, and anything else is refused.
 */
import { scanCanonical, standsAt } from "./canonical.ts";
import type { Line } from "./lines.ts";
import { LINE_BYTES_MAX } from "./lines.ts";
import { createScan, type Scan } from "./scan.ts";

const QUOTE = 0x22;
const ZERO = 0x30;
export const SALT_BYTES = 32;
const SALT_LETTERS = 44;
export const UUID_LETTERS = 36;
const ascii = (text: string): Uint8Array => Buffer.from(text, "latin1");

const N = ascii('{"n":');
const MIGRATION = ascii(',"migration":');
const NULL = ascii("null");
const STATE = ascii(',"state":');
const TRUE = ascii("true");
const FALSE = ascii("false");
const ENTRY = ascii(',"entry":"');
const SALT = ascii(',"personal":{"salt":"');
const BODY = ascii('","body":"');
const ERASED = ascii(',"personal":{"erasedAt":"');
/** Privileged: only the commitment and the entry's own date are given away. */
const HELD = ascii(',"personal":{"held":"by counsel"}');
const END = ascii("}");
const EQUALS = 0x3d;
const BASE64_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/;

/** The value of each letter of base64; 64 for whatever is none. */
const BASE64 = new Uint8Array(256).fill(64);
for (const [value, letter] of [...BASE64_LETTERS].entries()) BASE64[letter.charCodeAt(0)] = value;

export interface EntryLine {
  sequence: number;
  /** The migration beside the entry: 36 bytes from here; null when there is none. */
  bytes: Uint8Array;
  migrationAt: number | null;
  state: boolean;
  /** A zero byte and the entry's text, as they are hashed. */
  leaf: Uint8Array;
  personal: "none" | "given" | "erased" | "held";
  /** The salt and the body's text, as they are hashed. */
  committed: Uint8Array;
}

/** Where the reading of a line stands. */
export interface EntryReader {
  bytes: Buffer;
  at: number;
  end: number;
  /** The entry that was read last, after the zero byte of a leaf. */
  readonly entry: Scan;
  /** The personal part that was read last, after its salt. */
  readonly body: Scan;
  /** What keeps an entry or a part from being canonical. */
  problem: string | null;
  readonly found: EntryLine;
}

export function createEntryReader(): EntryReader {
  const bytes = Buffer.allocUnsafe(LINE_BYTES_MAX + 1);
  bytes[0] = 0;
  const entry = createScan(bytes);
  const body = createScan(Buffer.allocUnsafe(LINE_BYTES_MAX + SALT_BYTES));
  const found: EntryLine = {
    sequence: 0,
    bytes,
    migrationAt: null,
    state: false,
    leaf: bytes,
    personal: "none",
    committed: body.bytes,
  };
  return { bytes, at: 0, end: 0, entry, body, problem: null, found };
}

/** The same object for each line, valid until the next; null when the line has another form. */
export function readEntryLine(reader: EntryReader, line: Line): EntryLine | null {
  reader.bytes = line.bytes;
  reader.at = line.start;
  reader.end = line.end;
  reader.problem = null;
  const isRead =
    take(reader, N) &&
    takeNumber(reader) &&
    take(reader, MIGRATION) &&
    takeMigration(reader) &&
    take(reader, STATE) &&
    takeState(reader) &&
    take(reader, ENTRY) &&
    takeEntry(reader) &&
    takePersonal(reader) &&
    take(reader, END) &&
    reader.at === reader.end;
  return isRead ? reader.found : null;
}

function take(reader: EntryReader, expected: Uint8Array): boolean {
  const after = reader.at + expected.length;
  if (after > reader.end || !standsAt(reader.bytes, reader.at, expected)) return false;
  reader.at = after;
  return true;
}

function takeNumber(reader: EntryReader): boolean {
  const { bytes, at: start, end } = reader;
  let value = 0;
  for (; reader.at < end; reader.at++) {
    const digit = (bytes[reader.at] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  reader.found.sequence = value;
  return reader.at > start && bytes[start] !== ZERO && Number.isSafeInteger(value);
}

function takeMigration(reader: EntryReader): boolean {
  const { bytes, at: start, found } = reader;
  found.bytes = bytes;
  found.migrationAt = null;
  if (take(reader, NULL)) return true;
  found.migrationAt = start + 1;
  const last = start + 1 + UUID_LETTERS;
  reader.at = last + 1;
  return last < reader.end && bytes[start] === QUOTE && bytes[last] === QUOTE;
}

function takeState(reader: EntryReader): boolean {
  reader.found.state = take(reader, TRUE);
  return reader.found.state || take(reader, FALSE);
}

function takeEntry(reader: EntryReader): boolean {
  const { entry, bytes, at, end, found } = reader;
  const problem = scanCanonical(entry, bytes, { at, end, place: 1 });
  if (problem) return refuse(reader, `its text is not canonical: ${problem}`);
  reader.at = entry.at + 1;
  found.leaf = entry.bytes.subarray(0, entry.place);
  return true;
}

function refuse(reader: EntryReader, problem: string): false {
  reader.problem = problem;
  return false;
}

function takePersonal(reader: EntryReader): boolean {
  const { found } = reader;
  found.personal = "none";
  if (reader.at === reader.end - 1) return true;
  if (take(reader, SALT)) return takeGiven(reader);
  if (take(reader, ERASED)) return takeErased(reader);
  found.personal = "held";
  return take(reader, HELD);
}

function takeGiven(reader: EntryReader): boolean {
  const { bytes, body, found, end } = reader;
  found.personal = "given";
  if (!takeSalt(reader) || !take(reader, BODY)) return false;
  const problem = scanCanonical(body, bytes, { at: reader.at, end, place: SALT_BYTES });
  if (problem) return refuse(reader, `its personal part is not canonical: ${problem}`);
  reader.at = body.at + 1;
  found.committed = body.bytes.subarray(0, body.place);
  return take(reader, END);
}

/** 32 bytes as 44 letters of base64, in their one standard spelling. */
function takeSalt(reader: EntryReader): boolean {
  const { bytes, body } = reader;
  let [bits, place] = [0, 0];
  for (let letter = 0; letter < SALT_LETTERS - 1; letter++) {
    const value = BASE64[bytes[reader.at + letter] ?? 0] ?? 64;
    if (value === 64) return false;
    bits = (bits << 6) | value;
    if (letter % 4 === 0) continue;
    const left = 6 - (letter % 4) * 2;
    body.bytes[place] = (bits >> left) & 0xff;
    place += 1;
    bits &= (1 << left) - 1;
  }
  reader.at += SALT_LETTERS;
  return bits === 0 && bytes[reader.at - 1] === EQUALS;
}

function takeErased(reader: EntryReader): boolean {
  const { bytes, at, end } = reader;
  reader.found.personal = "erased";
  const quote = bytes.indexOf(QUOTE, at);
  if (quote < 0 || quote > end) return false;
  reader.at = quote + 1;
  return INSTANT.test(bytes.toString("latin1", at, quote)) && take(reader, END);
}

/** Why a line that should be an entry is none: for the sentence, after `read` has refused it. */
export function whyNoEntry(text: string): string {
  if (text.endsWith("\r")) return "it has a Windows line end";
  if (text.trim() === "") return "it is an empty line";
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value))
      return "it is not a JSON object";
  } catch {
    return "it is not JSON";
  }
  return "it is not written in the one form of an entry (members in order, none twice, no spaces)";
}
