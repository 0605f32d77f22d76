/** Changes a bundle in every way that is known, many times each, and says which changes were not found. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { runCheck } from "../../src/verifier/run.ts";
import { aKey, bundleOf, checkpointOf, type TestKey } from "../support/ledger-file.ts";
import {
  diceOf,
  INSIDE_TAMPERS,
  type Opened,
  openBundle,
  TAMPERS,
  type Tamper,
  type Tampered,
} from "./tampering.ts";

export interface Judged {
  readonly outcome: "intact" | "tampered" | "unchecked";
  readonly why?: string;
  readonly firstBad?: number;
  readonly lastSuspect?: number;
}

export interface Miss {
  readonly kind: string;
  readonly seed: number;
  readonly expected: number | null;
  readonly judged: Judged;
}

export interface Tried {
  readonly kinds: readonly string[];
  readonly tries: number;
  readonly misses: readonly Miss[];
}

/** `npm run bench -- faults` tries 200 seeds of each kind, the suite 10. */
export function tryTampers(
  bundle: string,
  {
    key,
    seeds,
    from = 0,
  }: { readonly key: string; readonly seeds: number; readonly from?: number },
): Tried {
  const folder = mkdtempSync(path.join(os.tmpdir(), "cleargate-tamper-"));
  try {
    const judge = judgeIn(folder);
    const opened = openBundle(bundle);
    const chosen = Array.from({ length: seeds }, (_, nth) => from + nth);
    const outside = tryAll(TAMPERS, chosen, (tamper, seed) => {
      const tampered = tamper(opened, diceOf(seed), aKey());
      return { tampered, judged: judge(tampered.bundle, key, null) };
    });
    const insider = aKey();
    const own = openBundle(
      bundleOf({ ...opened, key: insider, checkpointAt: checkpointSizes(opened) }),
    );
    const inside = tryAll(INSIDE_TAMPERS, chosen, (tamper, seed) => {
      const tampered = tamper(own, diceOf(seed), insider);
      const kept = keptAt(own, tampered.keptAt ?? 1, insider);
      return { tampered, judged: judge(tampered.bundle, insider.vkey, kept) };
    });
    const kinds = [...Object.keys(TAMPERS), ...Object.keys(INSIDE_TAMPERS)];
    return { kinds, tries: kinds.length * seeds, misses: [...outside, ...inside] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function keptAt({ entries, organisation }: Opened, size: number, key: TestKey): string {
  const texts = entries.slice(0, size).map(({ entry }) => entry);
  return checkpointOf(organisation, texts, key);
}

export function checkpointSizes({ lines }: Opened): readonly number[] {
  return lines.flatMap((line) =>
    line.startsWith('{"checkpoint"') ? [Number(/\\n(\d+)\\n/.exec(line)?.[1])] : [],
  );
}

function tryAll(
  tampers: Readonly<Record<string, Tamper>>,
  seeds: readonly number[],
  attempt: (tamper: Tamper, seed: number) => { tampered: Tampered; judged: Judged },
): readonly Miss[] {
  return Object.entries(tampers).flatMap(([kind, tamper]) =>
    seeds
      .map((seed) => {
        const { tampered, judged } = attempt(tamper, seed);
        return { kind, seed, expected: tampered.firstBad, judged };
      })
      .filter(({ expected, judged }) => !isFound(expected, judged)),
  );
}

/** Found, and when an entry is bad, it is the one that is named, or one of the few that are. */
function isFound(expected: number | null, judged: Judged): boolean {
  if (judged.outcome === "intact") return false;
  if (expected === null) return true;
  const { firstBad, lastSuspect = firstBad } = judged;
  if (judged.outcome !== "tampered" || firstBad === undefined || lastSuspect === undefined)
    return false;
  return firstBad <= expected && expected <= lastSuspect;
}

function judgeIn(folder: string) {
  const file = path.join(folder, "bundle");
  const keptFile = path.join(folder, "kept");
  return (bundle: string, key: string, kept: string | null): Judged => {
    writeFileSync(file, bundle);
    if (kept !== null) writeFileSync(keptFile, kept);
    const also = kept === null ? [] : ["--checkpoint", keptFile];
    let text = "";
    runCheck([file, "--key", key, "--json", ...also], {
      write: (more) => {
        text += more;
      },
      complain: () => undefined,
      showsProgress: false,
    });
    return JSON.parse(text);
  };
}
