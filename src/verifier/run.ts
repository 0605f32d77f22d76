/** Runs one check: which files it reads, what it prints, and with which exit code it ends. */
import { type BundleResult, verifyBundle } from "./check/bundle.ts";
import { isProof } from "./check/header.ts";
import { type Kept, readKept } from "./check/kept.ts";
import { type ProofResult, verifyProof } from "./check/proof.ts";
import { createReportCheck, type ReportResult } from "./check/report.ts";
import { readReport } from "./check/report-claim.ts";
import { Finding, unchecked } from "./format/finding.ts";
import { LINE_BYTES_MAX, readBeginning, readSmallFile } from "./format/lines.ts";
import { type Keys, readKeys } from "./format/note.ts";
import { type Options, readOptions, USAGE } from "./options.ts";
import { bundleLines, proofLines, reportLines } from "./words.ts";

/** `usage` is `EX_USAGE` of sysexits. */
const EXIT = { intact: 0, unchecked: 1, tampered: 2, usage: 64 } as const;
const KEY_BYTES_MAX = 64 * 1024;
const KEPT_BYTES_MAX = 16 * 1024 * 1024;
const REPORT_BYTES_MAX = 16 * 1024 * 1024;
const PROGRESS_BYTES = 256 * 1024 * 1024;

export interface Output {
  readonly write: (text: string) => void;
  readonly complain: (text: string) => void;
  readonly showsProgress: boolean;
}

/** Answers with the exit code. */
export function runCheck(words: readonly string[], output: Output): number {
  const options = readOptions(words);
  if (options === null) {
    output.write(USAGE);
    return EXIT.intact;
  }
  if (typeof options === "string") {
    output.complain(`${options}\nSee cleargate-verify --help.\n`);
    return EXIT.usage;
  }
  try {
    return show(check(options, output), options, output);
  } catch (error) {
    return showFinding(error, options, output);
  }
}

type Checked =
  | { readonly kind: "bundle"; readonly result: BundleResult; readonly report: ReportResult | null }
  | { readonly kind: "proof"; readonly result: ProofResult; readonly report: null };

function check(options: Options, output: Output): Checked {
  const keys = loadKeys(options.key);
  const kept = loadKept(options.checkpoint, keys);
  if (isProof(readBeginning(options.file))) {
    if (options.report !== null)
      throw unchecked(
        "A report is compared with a bundle; this file is the proof of one sign-off.",
      );
    const bytes = readSmallFile(options.file, { name: "The proof", bytesMax: 2 * LINE_BYTES_MAX });
    return { kind: "proof", result: verifyProof(bytes, { keys, kept }), report: null };
  }
  const claim =
    options.report === null
      ? null
      : readReport(
          readSmallFile(options.report, { name: "The report", bytesMax: REPORT_BYTES_MAX }),
        );
  const onlooker = claim && createReportCheck(claim);
  const onBytes = tellProgress(output);
  const result = verifyBundle(options.file, { keys, kept, onlooker, onBytes });
  return { kind: "bundle", result, report: onlooker?.finish(result.entries) ?? null };
}

function loadKeys(given: string): Keys {
  const isInline = given.startsWith("cleargate-ledger+");
  const limits = { name: "The key file", bytesMax: KEY_BYTES_MAX };
  const keys = readKeys(isInline ? given : readSmallFile(given, limits).toString("utf8"));
  if ("problem" in keys) throw unchecked(`The key cannot be used: ${keys.problem}.`);
  return keys;
}

function loadKept(file: string | null, keys: Keys): readonly Kept[] {
  if (file === null) return [];
  const limits = { name: "The file of kept checkpoints", bytesMax: KEPT_BYTES_MAX };
  return readKept(readSmallFile(file, limits).toString("utf8"), keys);
}

function tellProgress({ complain, showsProgress }: Output): (total: number) => void {
  let next = PROGRESS_BYTES;
  return (total) => {
    if (!showsProgress || total < next) return;
    next = total + PROGRESS_BYTES;
    complain(`${Math.round(total / 2 ** 20)} MiB checked ...\n`);
  };
}

function show(checked: Checked, options: Options, output: Output): number {
  const { kind, result, report } = checked;
  const isMatching = report === null || report.mismatches.length === 0;
  if (options.json) {
    const outcome = isMatching ? "intact" : "tampered";
    output.write(`${JSON.stringify({ outcome, kind, ...result, report })}\n`);
  } else {
    const keptGiven = options.checkpoint !== null;
    const lines =
      checked.kind === "bundle"
        ? bundleLines(checked.result, keptGiven)
        : proofLines(checked.result, keptGiven);
    output.write([...lines, ...(report ? reportLines(report) : []), ""].join("\n"));
  }
  return isMatching ? EXIT.intact : EXIT.tampered;
}

/** Whatever went wrong is one sentence. */
function showFinding(error: unknown, options: Options, output: Output): number {
  const finding =
    error instanceof Finding
      ? error
      : unchecked(`This program failed: ${error instanceof Error ? error.message : "no reason"}.`);
  const { outcome, message, place } = finding;
  if (options.json) output.write(`${JSON.stringify({ outcome, why: message, ...place })}\n`);
  else {
    const title = outcome === "tampered" ? "TAMPERED" : "NOT CHECKED";
    output.complain(`${title}: ${message}\n`);
  }
  return EXIT[outcome];
}
