/**
 * Reads the line of one entry. A line has one spelling: its members in this order, no white space, and texts in which
 * only `"` and `\` are escaped; so it is taken apart byte by byte, and anything else is refused.
 */
import { standsAt } from "./canonical.ts";
import type { Line } from "./lines.ts";
import { LINE_BYTES_MAX } from "./lines.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
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
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/;

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

/** Where the reading of a line stands, and the buffers that its texts are copied to. */
export interface EntryReader {
  bytes: Buffer;
  at: number;
  end: number;
  readonly leaf: Buffer;
  readonly committed: Buffer;
  readonly found: EntryLine;
}

export function createEntryReader(): EntryReader {
  const leaf = Buffer.allocUnsafe(LINE_BYTES_MAX + 1);
  leaf[0] = 0;
  const committed = Buffer.allocUnsafe(LINE_BYTES_MAX + SALT_BYTES);
  const found: EntryLine = {
    sequence: 0,
    bytes: leaf,
    migrationAt: null,
    state: false,
    leaf,
    personal: "none",
    committed,
  };
  return { bytes: leaf, at: 0, end: 0, leaf, committed, found };
}

/** The same object for each line, valid until the next; null when the line has another form. */
export function readEntryLine(reader: EntryReader, line: Line): EntryLine | null {
  reader.bytes = line.bytes;
  reader.at = line.start;
  reader.end = line.end;
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

/** Copies a text up to its quotation mark without its escapes; answers where the copy ends, or -1. */
function copyText(reader: EntryReader, to: Buffer, from: number): number {
  const { bytes, end } = reader;
  let place = from;
  for (let at = reader.at; at < end; at++) {
    let byte = bytes[at] ?? 0;
    if (byte === QUOTE) {
      reader.at = at + 1;
      return place;
    }
    if (byte === BACKSLASH) {
      at += 1;
      byte = bytes[at] ?? 0;
      if (isNeverEscaped(byte)) return -1;
    }
    to[place] = byte;
    place += 1;
  }
  return -1;
}

function isNeverEscaped(byte: number): boolean {
  return byte !== QUOTE && byte !== BACKSLASH;
}

function takeEntry(reader: EntryReader): boolean {
  const after = copyText(reader, reader.leaf, 1);
  if (after < 0) return false;
  reader.found.leaf = reader.leaf.subarray(0, after);
  return true;
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
  const { bytes, at, committed, found } = reader;
  found.personal = "given";
  const salt = bytes.toString("latin1", at, at + SALT_LETTERS);
  reader.at += SALT_LETTERS;
  if (committed.write(salt, 0, SALT_BYTES, "base64") !== SALT_BYTES) return false;
  if (committed.toString("base64", 0, SALT_BYTES) !== salt || !take(reader, BODY)) return false;
  const after = copyText(reader, committed, SALT_BYTES);
  if (after < 0) return false;
  found.committed = committed.subarray(0, after);
  return take(reader, END);
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
