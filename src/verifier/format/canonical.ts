/**
 * Takes a canonical JSON object (RFC 8785) out of a JSON text: copies it without the text's escapes, checks that it is
 * canonical, and finds its members, in one pass without allocation. There is one canonical form, so a member given
 * twice, white space, another order or another spelling of a number is refused. UTF-8 is checked by the caller.
 */
import { createScan, MEMBERS_MAX, type Scan } from "./scan.ts";

const DEPTH_MAX = 32;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const BRACE = 0x7b;
const BRACE_END = 0x7d;
const BRACKET = 0x5b;
const BRACKET_END = 0x5d;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const LETTER_U = 0x75;
/** The letters of the control characters that have a short escape: RFC 8785 §3.2.2.2. */
const SHORT_ESCAPES = new Set(Buffer.from("bfnrt"));
const SHORT_CONTROLS = new Set([0x08, 0x09, 0x0a, 0x0c, 0x0d]);
const LITERALS = ["true", "false", "null"].map((word) => Buffer.from(word));

/** What keeps the source from holding one canonical object up to a quotation mark, or null. Copies it to `place`. */
export function scanCanonical(
  scan: Scan,
  source: Uint8Array,
  where: { readonly at: number; readonly end: number; readonly place: number },
): string | null {
  scan.source = source;
  scan.at = where.at;
  scan.end = where.end;
  scan.place = where.place;
  scan.problem = null;
  scan.count = 0;
  if (source[scan.at] !== BRACE) return "it is not a JSON object";
  if (scanObject(scan, 1) && source[scan.at] !== QUOTE) return "it goes on after its end";
  return scan.problem;
}

/** The same for a text that stands alone. */
export function whyNotCanonical(text: string): string | null {
  const source = Buffer.from(JSON.stringify(text), "utf8");
  const scan = createScan(Buffer.alloc(source.length));
  return scanCanonical(scan, source, { at: 1, end: source.length, place: 0 });
}

/** Where the value of a member of the outermost object begins; -1 when there is none of that name. */
export function findMember(scan: Scan, name: Uint8Array): number {
  const { bytes, spans, count } = scan;
  for (let member = 0; member < count; member++) {
    const start = spans[member * 4] ?? 0;
    const length = (spans[member * 4 + 1] ?? 0) - start;
    if (length !== name.length || !standsAt(bytes, start, name)) continue;
    scan.valueEnd = spans[member * 4 + 3] ?? -1;
    return spans[member * 4 + 2] ?? -1;
  }
  return -1;
}

/** Has the outermost object a member of this name and value? */
export function hasMember(scan: Scan, name: Uint8Array, value: Uint8Array): boolean {
  const start = findMember(scan, name);
  return start >= 0 && isValue(scan, start, value);
}

/** Is the value that `findMember` found last this one? */
export function isValue(scan: Scan, start: number, value: Uint8Array): boolean {
  return scan.valueEnd - start === value.length && standsAt(scan.bytes, start, value);
}

function fail(scan: Scan, what: string): false {
  scan.problem ??= what;
  return false;
}

function scanValue(scan: Scan, depth: number): boolean {
  const byte = scan.source[scan.at] ?? 0;
  if (byte === BACKSLASH) return scanText(scan);
  if (byte === BRACE) return scanObject(scan, depth + 1);
  if (byte === BRACKET) return scanList(scan, depth + 1);
  if (byte === MINUS || (byte >= ZERO && byte <= NINE)) return scanNumber(scan);
  return LITERALS.some((word) => takeWord(scan, word)) || fail(scan, "it is not JSON");
}

function takeWord(scan: Scan, word: Uint8Array): boolean {
  const after = scan.at + word.length;
  if (after > scan.end || !standsAt(scan.source, scan.at, word)) return false;
  for (const byte of word) copyByte(scan, byte);
  scan.at = after;
  return true;
}

function copyByte(scan: Scan, byte: number): void {
  scan.bytes[scan.place] = byte;
  scan.place += 1;
}

function take(scan: Scan, byte: number): boolean {
  if (scan.at >= scan.end || scan.source[scan.at] !== byte) return false;
  scan.at += 1;
  copyByte(scan, byte);
  return true;
}

function scanObject(scan: Scan, depth: number): boolean {
  if (depth > DEPTH_MAX) return fail(scan, "it is nested too deep");
  take(scan, BRACE);
  if (take(scan, BRACE_END)) return true;
  let before = -1;
  do {
    const name = scan.place;
    if (!scanMember(scan, depth, before)) return false;
    before = name;
  } while (take(scan, COMMA));
  return take(scan, BRACE_END) || fail(scan, "it is not JSON without white space");
}

function scanMember(scan: Scan, depth: number, before: number): boolean {
  const name = scan.place;
  if (!scanText(scan)) return false;
  const nameEnd = scan.place;
  if (before >= 0 && !isAfter(scan, before, name)) return false;
  if (!take(scan, COLON)) return fail(scan, "it is not JSON without white space");
  const value = scan.place;
  if (!scanValue(scan, depth)) return false;
  return depth > 1 || keepSpan(scan, [name, nameEnd, value]);
}

function keepSpan(scan: Scan, [name, nameEnd, value]: readonly [number, number, number]): boolean {
  const { count, spans } = scan;
  if (count === MEMBERS_MAX) return fail(scan, "it has too many members");
  spans[count * 4] = name + 1;
  spans[count * 4 + 1] = nameEnd - 1;
  spans[count * 4 + 2] = value;
  spans[count * 4 + 3] = scan.place;
  scan.count += 1;
  return true;
}

/** Names are sorted by UTF-16 code units, each once: RFC 8785 §3.2.3. Both begin with a quotation mark. */
function isAfter(scan: Scan, left: number, right: number): boolean {
  const order = compareNames(scan.bytes, left, right);
  if (order > 0) return true;
  return fail(scan, order === 0 ? "a member is given twice" : "its members are not in order");
}

/** Above 0 when the right name sorts after the left one. */
function compareNames(bytes: Uint8Array, left: number, right: number): number {
  let place = 1;
  while (bytes[left + place] === bytes[right + place] && isPlain(bytes[left + place])) place += 1;
  const [one, other] = [bytes[left + place], bytes[right + place]];
  if (isPlain(one) && isPlain(other)) return (other ?? 0) - (one ?? 0);
  // A name has ended, or has an escape or letters beyond ASCII, whose order is another one in UTF-8.
  return compareTexts(readName(bytes, right), readName(bytes, left));
}

/** ASCII that stands for itself within a name. */
function isPlain(byte: number | undefined): boolean {
  return byte !== undefined && byte < 0x80 && byte !== QUOTE && byte !== BACKSLASH;
}

function readName(bytes: Uint8Array, start: number): string {
  let end = start + 1;
  for (; bytes[end] !== QUOTE; end++) if (bytes[end] === BACKSLASH) end += 1;
  return JSON.parse(Buffer.from(bytes.subarray(start, end + 1)).toString("utf8"));
}

function scanList(scan: Scan, depth: number): boolean {
  if (depth > DEPTH_MAX) return fail(scan, "it is nested too deep");
  take(scan, BRACKET);
  if (take(scan, BRACKET_END)) return true;
  do {
    if (!scanValue(scan, depth)) return false;
  } while (take(scan, COMMA));
  return take(scan, BRACKET_END) || fail(scan, "it is not JSON without white space");
}

/** A text within the object: its quotation marks are escaped by the text around it. */
function scanText(scan: Scan): boolean {
  if (!takeQuote(scan)) return fail(scan, "it is not JSON without white space");
  for (;;) {
    copyPlain(scan);
    if (takeQuote(scan)) return true;
    if (!scanEscape(scan)) return false;
  }
}

function takeQuote(scan: Scan): boolean {
  const { source, at } = scan;
  if (source[at] !== BACKSLASH || source[at + 1] !== QUOTE) return false;
  scan.at = at + 2;
  copyByte(scan, QUOTE);
  return true;
}

/** Copies up to the next byte that is not simply itself: here goes most of the time. */
function copyPlain(scan: Scan): void {
  const { source, end, bytes } = scan;
  let { at, place } = scan;
  while (at < end) {
    const byte = source[at] ?? 0;
    if (byte === BACKSLASH || byte === QUOTE || byte < 0x20) break;
    bytes[place] = byte;
    place += 1;
    at += 1;
  }
  scan.at = at;
  scan.place = place;
}

const OTHER_ESCAPE = "it escapes a character in another way than RFC 8785 does";

/** An escape within the object begins with a backslash that the text around it has escaped. */
function scanEscape(scan: Scan): boolean {
  const { source, at } = scan;
  if (at >= scan.end || source[at] === QUOTE) return fail(scan, "it ends in the middle");
  if (source[at] !== BACKSLASH) return fail(scan, "it holds a bare control character");
  if (source[at + 1] !== BACKSLASH) return fail(scan, OTHER_ESCAPE);
  copyByte(scan, BACKSLASH);
  scan.at = at + 2;
  const length = lengthOfEscape(source, at + 2);
  if (length === 0) return fail(scan, OTHER_ESCAPE);
  // Escaped twice: `"` and `\\`.
  if (source[scan.at] === BACKSLASH) scan.at += 1;
  for (let count = 0; count < length; count++, scan.at++) copyByte(scan, source[scan.at] ?? 0);
  return true;
}

/** How many bytes an escape has after its backslash; 0 when RFC 8785 §3.2.2.2 has no such one. */
function lengthOfEscape(source: Uint8Array, at: number): number {
  const letter = source[at] ?? 0;
  if (letter === BACKSLASH) return isEscapable(source[at + 1]) ? 1 : 0;
  if (SHORT_ESCAPES.has(letter)) return 1;
  const hex = Buffer.from(source.subarray(at + 1, at + 5)).toString("latin1");
  const isControl = letter === LETTER_U && /^00[01][0-9a-f]$/.test(hex);
  return isControl && !SHORT_CONTROLS.has(Number.parseInt(hex, 16)) ? 5 : 0;
}

function isEscapable(byte: number | undefined): boolean {
  return byte === QUOTE || byte === BACKSLASH;
}

function scanNumber(scan: Scan): boolean {
  const { source, at: start } = scan;
  while (scan.at < scan.end && isNumberByte(source[scan.at] ?? 0)) {
    copyByte(scan, source[scan.at] ?? 0);
    scan.at += 1;
  }
  // Most numbers are a single digit.
  if (scan.at === start + 1 && source[start] !== MINUS) return true;
  const text = Buffer.from(source.subarray(start, scan.at)).toString("latin1");
  const value = Number(text);
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER)
    return fail(scan, "it holds a number beyond 2^53, which readers would round");
  return (
    String(value) === text || fail(scan, "it writes a number in another way than RFC 8785 does")
  );
}

/** `0-9 + - . E e`. */
function isNumberByte(byte: number): boolean {
  if (byte >= ZERO && byte <= NINE) return true;
  return byte === MINUS || byte === 0x2b || byte === 0x2e || byte === 0x45 || byte === 0x65;
}

function compareTexts(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** Do these bytes stand there? The caller has checked that so many are left. */
export function standsAt(bytes: Uint8Array, start: number, expected: Uint8Array): boolean {
  for (let place = 0; place < expected.length; place++) {
    if (bytes[start + place] !== expected[place]) return false;
  }
  return true;
}
