/** Checks one entry by itself: its form, and that everything beside it says what the entry itself says. */
import { hash } from "node:crypto";
import { findMember, hasMember, isValue } from "../format/canonical.ts";
import { type EntryLine, type EntryReader, UUID_LETTERS } from "../format/entry-line.ts";
import type { Scan } from "../format/scan.ts";

const text = (words: string): Uint8Array => Buffer.from(words, "utf8");
const V = text("v");
const AT = text("at");
const TYPE = text("type");
const KIND = text("kind");
const ORGANISATION = text("organisation");
const MIGRATION = text("migrationId");
const PERSONAL = text("personal");
const ONE = text("1");
const NULL = text("null");
const HELD_KIND = text('"held"');
const ANSWER = text('"AnswerGiven"');
const BREAK = text('"LedgerBreakAccepted"');
const IS_FINAL = text("isFinal");
const TRUE = text("true");
const EVIDENCE = text('"EvidenceAdded"');

/** The types that are recorded but change no state; every other type changes it. docs/ledger-format.md lists them. */
export const NOTES: readonly string[] = [
  "AuditExported",
  "CommandRefused",
  "GateChecked",
  "ReportExported",
];
const COMMITMENT_LETTERS = 64;
const NOTE_VALUES = NOTES.map((type) => text(`"${type}"`));

/** The organization that every entry must name, as it stands in them. */
export function ownerOf(organisation: string): Uint8Array {
  return text(`"${organisation}"`);
}

/** Does the entry that was read last say that two people accepted a break of the ledger? */
export function isBreak({ entry }: EntryReader): boolean {
  return hasMember(entry, TYPE, BREAK) && hasMember(entry, IS_FINAL, TRUE);
}

/** What is wrong with the entry that was read last, or null. */
export function checkEntry(
  { entry: scan, found: line }: EntryReader,
  owner: Uint8Array,
): string | null {
  if (!hasMember(scan, V, ONE)) return "it is of an unknown version";
  if (!hasMember(scan, ORGANISATION, owner)) return "it belongs to another organization";
  if (findMember(scan, TYPE) < 0 || findMember(scan, AT) < 0)
    return "it lacks its type or its time";
  return checkColumns(scan, line) ?? checkPersonal(scan, line);
}

function checkColumns(scan: Scan, { bytes, migrationAt, state }: EntryLine): string | null {
  const start = findMember(scan, MIGRATION);
  const isNull = start < 0 || isValue(scan, start, NULL);
  const isRight = isNull
    ? migrationAt === null
    : migrationAt !== null && isUuidAt(scan, start + 1, { bytes, migrationAt });
  if (!isRight) return "the migration beside it is not the one that it is about";
  if (state === isNote(scan))
    return `it is marked as ${state ? "changing" : "not changing"} state, against its type`;
  return null;
}

function isUuidAt(
  scan: Scan,
  start: number,
  { bytes, migrationAt }: { readonly bytes: Uint8Array; readonly migrationAt: number },
): boolean {
  if (scan.valueEnd - start !== UUID_LETTERS + 1) return false;
  for (let place = 0; place < UUID_LETTERS; place++) {
    if (scan.bytes[start + place] !== bytes[migrationAt + place]) return false;
  }
  return true;
}

function isNote(scan: Scan): boolean {
  const start = findMember(scan, TYPE);
  for (const type of NOTE_VALUES) if (isValue(scan, start, type)) return true;
  return false;
}

function checkPersonal(scan: Scan, line: EntryLine): string | null {
  const start = findMember(scan, PERSONAL);
  const isNone = line.personal === "none";
  if (start < 0) return isNone ? null : "it has a personal part that it does not commit to";
  if (isNone) return "its personal part is missing";
  if (scan.valueEnd - start !== COMMITMENT_LETTERS + 2)
    return "its commitment to a personal part is malformed";
  if (line.personal === "held" && !isPrivileged(scan)) return "its personal part is withheld";
  if (line.personal !== "given") return null;
  return isHash(line.leaf, start + 1, hash("sha256", line.committed, "hex"))
    ? null
    : "its personal part is not the one that was committed to";
}

/** Counsel's advice stays with counsel: such an answer, and evidence of which only the date is kept. */
function isPrivileged(scan: Scan): boolean {
  return (
    hasMember(scan, TYPE, ANSWER) ||
    (hasMember(scan, TYPE, EVIDENCE) && hasMember(scan, KIND, HELD_KIND))
  );
}

function isHash(bytes: Uint8Array, start: number, hex: string): boolean {
  for (let place = 0; place < hex.length; place++) {
    if (bytes[start + place] !== hex.charCodeAt(place)) return false;
  }
  return true;
}
