/**
 * Compares a closeout report with the ledger while the entries of a bundle pass: its exact bytes, its audit
 * reference, and that everything it claims was there and in force at that reference.
 */

import { standsAt } from "../format/canonical.ts";
import type { EntryLine } from "../format/entry-line.ts";
import { quote } from "../format/finding.ts";
import type { Onlooker } from "./onlooker.ts";
import { type Claim, type Members, membersOf, type ReportClaim, textIn } from "./report-claim.ts";

export interface ReportResult {
  readonly size: number;
  /** The entry that recorded the export of these bytes. */
  readonly exportedBy: number | null;
  readonly signOffs: number;
  readonly attestations: number;
  readonly evidence: number;
  /** Claims whose personal part was erased since, so that names could not be compared. */
  readonly uncompared: number;
  /** Claims whose personal part counsel holds, which is given out to nobody. */
  readonly held: number;
  /** The first entry that changed the migration after the reference. */
  readonly changedBy: { readonly entry: number; readonly type: string } | null;
  /** Each a sentence; empty when the report agrees. */
  readonly mismatches: readonly string[];
}

export interface ReportCheck extends Onlooker {
  finish(entries: number): ReportResult;
}

/** Something in force that a report may claim. */
interface Item {
  readonly entry: number;
  readonly members: Members;
  readonly personal: Members | null;
  readonly beside: EntryLine["personal"];
  endedBy: number | null;
}

interface Recorded {
  readonly signOffs: Map<string, Item>;
  readonly attestations: Map<string, Item>;
  readonly evidence: Map<string, Item>;
}

interface Seen {
  root: string | null;
  entry: number;
  exportedBy: { readonly entry: number; readonly draft: boolean } | null;
  changedBy: ReportResult["changedBy"];
}

const EXPORTED = "ReportExported";

export function createReportCheck(claim: ReportClaim): ReportCheck {
  const record: Recorded = { signOffs: new Map(), attestations: new Map(), evidence: new Map() };
  const seen: Seen = { root: null, entry: 0, exportedBy: null, changedBy: null };
  const migration = Buffer.from(claim.migration, "utf8");
  return {
    size: claim.size,
    root: (root) => {
      seen.root = root.toString("hex");
    },
    entry: (line) => {
      seen.entry += 1;
      const { bytes, migrationAt } = line;
      if (migrationAt !== null && standsAt(bytes, migrationAt, migration))
        watch(claim, record, seen, line);
    },
    finish: (entries) => compare(claim, record, seen, entries),
  };
}

function watch(claim: ReportClaim, record: Recorded, seen: Seen, line: EntryLine): void {
  const entry = seen.entry;
  const members = membersOf(JSON.parse(Buffer.from(line.leaf).toString("utf8", 1)));
  const type = textIn(members, "type");
  if (type === EXPORTED && members.sha256 === claim.sha256)
    seen.exportedBy ??= { entry, draft: members.draft === true };
  if (entry > claim.size) {
    if (line.state) seen.changedBy ??= { entry, type };
    return;
  }
  const personal =
    line.personal === "given"
      ? membersOf(JSON.parse(Buffer.from(line.committed).toString("utf8", 32)))
      : null;
  keep(record, type, { entry, members, personal, beside: line.personal, endedBy: null });
}

function keep(record: Recorded, type: string, item: Item): void {
  const { entry, members } = item;
  if (type === "SignOffRecorded") record.signOffs.set(textIn(members, "signOffId"), item);
  if (type === "AttestationReceived") record.attestations.set(textIn(members, "evidenceId"), item);
  if (type === "EvidenceAdded") record.evidence.set(textIn(members, "evidenceId"), item);
  if (type === "SignOffRevoked") end(record.signOffs, textIn(members, "signOffId"), entry);
  if (type === "EvidenceRemoved") {
    end(record.evidence, textIn(members, "evidenceId"), entry);
    end(record.attestations, textIn(members, "evidenceId"), entry);
  }
}

function end(items: ReadonlyMap<string, Item>, id: string, entry: number): void {
  const item = items.get(id);
  if (item) item.endedBy ??= entry;
}

function compare(claim: ReportClaim, record: Recorded, seen: Seen, entries: number): ReportResult {
  const groups = [
    [claim.signOffs, record.signOffs, "revoked"],
    [claim.attestations, record.attestations, "removed"],
    [claim.evidence, record.evidence, "removed"],
  ] as const;
  const found = groups.flatMap(([claims, items, ended]) => matchAll(claims, items, ended));
  const countBeside = (beside: Item["beside"]) =>
    found.filter(({ item }) => item?.beside === beside).length;
  return {
    size: claim.size,
    exportedBy: seen.exportedBy?.entry ?? null,
    signOffs: claim.signOffs.length,
    attestations: claim.attestations.length,
    evidence: claim.evidence.length,
    uncompared: countBeside("erased"),
    held: countBeside("held"),
    changedBy: seen.changedBy,
    mismatches: [
      ...compareReference(claim, seen, entries),
      ...found.flatMap(({ mismatch }) => (mismatch === null ? [] : [mismatch])),
      ...compareContent(claim, found),
    ],
  };
}

function compareReference(claim: ReportClaim, seen: Seen, entries: number): readonly string[] {
  const mismatches: string[] = [];
  if (claim.size > entries) {
    mismatches.push(
      `The report refers to ${claim.size} entries and this bundle has ${entries}: it was exported earlier, ` +
        "or is not the same ledger.",
    );
  } else if (seen.root !== claim.rootHash)
    mismatches.push(`The report's root hash is not the one over the first ${claim.size} entries.`);
  if (seen.exportedBy === null) {
    mismatches.push(
      "The bytes of the report are not those of any report that the ledger recorded " +
        `(SHA-256 ${claim.sha256}): it was changed, or saved anew by another program.`,
    );
  } else if (seen.exportedBy.draft)
    mismatches.push(`Entry ${seen.exportedBy.entry} recorded this report as a draft.`);
  return mismatches;
}

interface Match {
  readonly claim: Claim;
  readonly item: Item | null;
  readonly mismatch: string | null;
}

/** Each claim takes an item of its own: a sign-off listed twice must have been given twice. */
function matchAll(
  claims: readonly Claim[],
  items: ReadonlyMap<string, Item>,
  ended: string,
): readonly Match[] {
  const free = new Set(items.values());
  return claims.map((claim) => {
    const equal = [...free].filter((item) => differences(claim, item).length === 0);
    const item = equal.find(({ endedBy }) => endedBy === null) ?? equal[0] ?? null;
    if (item === null) return { claim, item, mismatch: whyNone(claim, [...free]) };
    free.delete(item);
    const mismatch =
      item.endedBy === null
        ? null
        : `${sentence(claim.title)} was ${ended} by entry ${item.endedBy}, before the report's reference.`;
    return { claim, item, mismatch };
  });
}

/** The names in which the claim and the entry differ. */
function differences({ requirement, open, personal, at }: Claim, item: Item): readonly string[] {
  const { members } = item;
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ["requirement", requirement, members.requirement],
    ...Object.entries(open).map(([name, value]) => [name, value, members[name]] as const),
    ...(at === null ? [] : [["time", at, toSecond(textIn(members, "at"))] as const]),
    ...Object.entries(item.personal === null ? {} : personal).map(
      ([name, value]) => [name, value, item.personal?.[name]] as const,
    ),
  ];
  return pairs.filter(([, left, right]) => !isEqual(left, right)).map(([name]) => name);
}

function toSecond(instant: string): string {
  return instant.replace(/\.\d+Z$/, "Z");
}

/** Compares JSON values; the order of members does not matter. */
function isEqual(left: unknown, right: unknown): boolean {
  const sorted = (_: string, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  return JSON.stringify(left ?? null, sorted) === JSON.stringify(right ?? null, sorted);
}

function whyNone(claim: Claim, items: readonly Item[]): string {
  const [near] = items
    .filter(({ members }) => members.requirement === claim.requirement)
    .map((item) => ({ item, names: differences(claim, item) }))
    .sort((a, b) => a.names.length - b.names.length);
  const title = sentence(claim.title);
  return near && near.names.length <= 2
    ? `${title} differs from entry ${near.item.entry} in: ${near.names.join(", ")}.`
    : `${title} is not in the ledger before the report's reference.`;
}

/** Foreign names stand in it: on one line, and without anything that steers a terminal. */
function sentence(title: string): string {
  return quote(title, 200).slice(1, -1);
}

/** A requirement that is called signed has a sign-off on the very content that the report names. */
function compareContent(claim: ReportClaim, found: readonly Match[]): readonly string[] {
  return claim.signed
    .filter(
      ({ requirement, contentHash }) =>
        !found.some(
          ({ claim: one, item }) =>
            one.requirement === requirement && item?.members.contentHash === contentHash,
        ),
    )
    .map(
      ({ requirement }) =>
        `${sentence(requirement)} is called signed, but no sign-off in the report is on its content.`,
    );
}
