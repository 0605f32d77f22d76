/** The keys for the tokens that are there: opened, made on a first start, or refused with one sentence. */
import { createKeyFile, openKeyFile } from "../encryption/key-file.ts";
import type { KeyService } from "../encryption/key-service.ts";
import type { KeyUse } from "./tokens.ts";

export interface KeyFileOptions {
  readonly file: string;
  /** A first key may be made when no token needs an earlier one: everything is on this machine. */
  readonly mayCreate: boolean;
}

const FILE = "The encryption key file (CLEARGATE_ENCRYPTION_KEY_FILE)";

export function openKeys(
  { file, mayCreate }: KeyFileOptions,
  use: readonly KeyUse[],
  now: Date,
): KeyService | { readonly problem: string } {
  let opened = openKeyFile(file);
  if (opened === "missing" && mayCreate && use.length === 0) {
    createKeyFile(file, now.toISOString().slice(0, "2026-01".length));
    opened = openKeyFile(file);
  }
  if (opened === "missing") return { problem: explainMissing(use.length) };
  if ("problem" in opened) return { problem: `${FILE} ${opened.problem}` };
  return findLost(opened, use) ?? opened;
}

function explainMissing(tokens: number): string {
  if (tokens === 0) return `${FILE} is not there.`;
  return (
    `${FILE} is not there, but the database holds tokens of Slack workspaces under its keys (${tokens}). ` +
    "Restore it from where it is kept safe; docs/operations.md says what to do when it is lost."
  );
}

function findLost(keys: KeyService, use: readonly KeyUse[]): { readonly problem: string } | null {
  const lost = use.filter(({ keyId }) => !keys.keyIds.includes(keyId));
  if (lost.length === 0) return null;
  const ids = [...new Set(lost.map(({ keyId }) => keyId))].join(", ");
  return {
    problem:
      `${FILE} lacks the key ${ids}, which tokens of Slack workspaces are under (${lost.length}). ` +
      "Put its line back, below the newer ones.",
  };
}
