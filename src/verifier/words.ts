/** What a check found, as lines for a person. */
import type { BundleResult } from "./check/bundle.ts";
import type { ProofResult } from "./check/proof.ts";
import type { ReportResult } from "./check/report.ts";
import { textIn } from "./check/report-claim.ts";
import { quote } from "./format/finding.ts";

const count = (number: number, one: string, many: string): string =>
  `${number.toLocaleString("en-US")} ${number === 1 ? one : many}`;

export function bundleLines(result: BundleResult, keptGiven: boolean): readonly string[] {
  const { entries, organisation, exportedAt, root, signer, checkpoints, personal } = result;
  const parts = personal.given + personal.erased + personal.held;
  return [
    `INTACT: ${count(entries, "entry", "entries")} of organization ${organisation}, exported ${exportedAt}.`,
    `${count(checkpoints, "signed checkpoint agrees", "signed checkpoints agree")}; root ${root}, key ${signer}.`,
    ...(parts === 0 ? [] : [personalLine(personal)]),
    ...result.breaks.map(
      (entry) =>
        `Entry ${entry} records that two people accepted a break: what was signed before it may not fit. Ask why.`,
    ),
    ...result.foreign.map(
      (key) =>
        `Older checkpoints are signed with key ${key}, which you did not give; newer ones cover the same entries.`,
    ),
    keptLine(result, keptGiven),
  ];
}

function personalLine({ given, erased, held }: BundleResult["personal"]): string {
  return (
    `Personal data: ${count(given, "part is as", "parts are as")} committed to, ` +
    `${erased.toLocaleString("en-US")} erased, ${held.toLocaleString("en-US")} held by counsel.`
  );
}

function keptLine({ keptUpTo, entries }: BundleResult, keptGiven: boolean): string {
  if (keptUpTo === null || !keptGiven) {
    return (
      "Without a checkpoint that you kept, this cannot tell whether later entries were withheld, nor whether " +
      "the ledger was rewritten by whoever has its key."
    );
  }
  const later = keptUpTo === entries ? "" : ` Entries ${keptUpTo + 1} to ${entries} came after it.`;
  return `The kept checkpoint agrees: nothing up to entry ${keptUpTo} was changed or withheld since.${later}`;
}

export function proofLines(result: ProofResult, keptGiven: boolean): readonly string[] {
  const { entry, organisation, size, root, signer, signOff, personal } = result;
  const who =
    personal === null
      ? "somebody whose personal data was erased"
      : plain(`${textIn(personal, "name")} <${textIn(personal, "email")}>`);
  const what = `${textIn(signOff, "requirement")} (${textIn(signOff, "meaning")})`;
  return [
    `INTACT: entry ${entry} of organization ${organisation}, in a ledger of ${count(size, "entry", "entries")}.`,
    `${plain(what)} was signed off by ${who} at ${plain(textIn(signOff, "at"))}.`,
    `The path leads to root ${root}, signed with key ${signer}.`,
    keptGiven && result.keptUpTo === null
      ? "The kept checkpoint is of another size, so it cannot be compared; check a bundle for that."
      : "",
    "This cannot tell whether the sign-off was revoked later; a bundle can.",
  ].filter((line) => line !== "");
}

function plain(text: string): string {
  return quote(text, 200).slice(1, -1);
}

export function reportLines(result: ReportResult): readonly string[] {
  const { signOffs, attestations, evidence, size, exportedBy, mismatches } = result;
  if (mismatches.length > 0) return ["THE REPORT DOES NOT MATCH:", ...mismatches];
  return [
    `The report is the one that entry ${exportedBy} recorded, byte for byte; its root is that of entries 1 to ${size}.`,
    `In the ledger and in force then: ${count(signOffs, "sign-off", "sign-offs")}, ` +
      `${count(attestations, "written confirmation", "written confirmations")}, ` +
      `${count(evidence, "piece of evidence", "pieces of evidence")}.`,
    ...(result.uncompared > 0
      ? [`The names of ${result.uncompared} of them were erased, so they could not be compared.`]
      : []),
    ...(result.held > 0
      ? [
          `Counsel holds ${result.held} of them: their names are given to nobody and were not compared.`,
        ]
      : []),
    ...(result.changedBy
      ? [
          `Entry ${result.changedBy.entry} (${plain(result.changedBy.type)}) changed the migration after this report.`,
        ]
      : []),
  ];
}
