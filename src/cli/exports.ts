/** What an operator gives an auditor: the whole ledger of an organization, or the proof of one sign-off. */
import {
  type Exported,
  exportBundle,
  exportProof,
  type SignOffOf,
  type Write,
} from "../app/audit/export.ts";
import type { LedgerExports } from "../app/audit-ports.ts";
import type { Deps } from "../app/ports.ts";
import { notingRefusal } from "../app/terminal/refused.ts";
import { MigrationId, OrganisationId, RequirementName, SignOffId } from "../domain/ids.ts";
import { isRefusal, type Refusal } from "../domain/refusal.ts";
import type { CliAnswer } from "./run.ts";

interface ToFile {
  readonly output: string;
  readonly json: boolean;
}

export type ExportRequest = ToFile &
  (
    | {
        readonly command: "export_audit";
        /** Null: the only one. */
        readonly organisation: OrganisationId | null;
      }
    | {
        readonly command: "export_proof";
        /** By its number, or the one in force of a requirement. */
        readonly signOff: SignOffId | SignOffOf;
      }
  );

const HOW_AUDIT = "It is: compliance export-audit --output <file> [--organization <uuid>].";
const HOW_PROOF =
  "It is: compliance export-proof --sign-off <uuid> --output <file>, " +
  "or with --migration-id <uuid> --requirement <name> instead of --sign-off.";
const FLAGS: Readonly<Record<string, readonly string[]>> = {
  "export-audit": ["--output", "--organization", "--organisation"],
  "export-proof": ["--output", "--sign-off", "--migration-id", "--requirement"],
};

/** The request, a sentence about what is wrong with it, or null when the words are about something else. */
export function parseExportWords(
  words: readonly string[],
): ExportRequest | { readonly problem: string } | null {
  const [name = "", ...rest] = words.filter((word) => word !== "--json");
  const flags = Object.hasOwn(FLAGS, name) ? FLAGS[name] : undefined;
  if (!flags) return null;
  const problem = name === "export-audit" ? HOW_AUDIT : HOW_PROOF;
  const given = collect(rest, flags);
  const output = given?.get("--output") ?? "";
  if (!given || output === "" || output.length > 4096) return { problem };
  const file = { output, json: words.includes("--json") };
  return name === "export-audit" ? parseAudit(given, file) : parseProof(given, file);
}

/** Null when a flag is unknown, given twice or without a value. */
function collect(
  words: readonly string[],
  flags: readonly string[],
): ReadonlyMap<string, string> | null {
  const given = new Map<string, string>();
  const parts = words.flatMap((word) => {
    const equals = word.startsWith("--") ? word.indexOf("=") : -1;
    return equals < 0 ? [word] : [word.slice(0, equals), word.slice(equals + 1)];
  });
  for (let place = 0; place < parts.length; place += 2) {
    const [flag = "", value = ""] = parts.slice(place, place + 2);
    if (!flags.includes(flag) || given.has(flag) || value === "" || value.startsWith("--"))
      return null;
    given.set(flag, value);
  }
  return given;
}

function parseAudit(given: ReadonlyMap<string, string>, file: ToFile) {
  const named = given.get("--organization") ?? given.get("--organisation");
  const organisation = OrganisationId.safeParse(named);
  if (named !== undefined && !organisation.success) return { problem: HOW_AUDIT };
  return { command: "export_audit", organisation: organisation.data ?? null, ...file } as const;
}

function parseProof(given: ReadonlyMap<string, string>, file: ToFile) {
  const number = SignOffId.safeParse(given.get("--sign-off"));
  const migration = MigrationId.safeParse(given.get("--migration-id"));
  const requirement = RequirementName.safeParse(given.get("--requirement"));
  const command = "export_proof" as const;
  if (given.size === 2 && number.success) return { command, signOff: number.data, ...file };
  if (given.size !== 3 || !migration.success || !requirement.success) return { problem: HOW_PROOF };
  const signOff = { migrationId: migration.data, requirement: requirement.data };
  return { command, signOff, ...file };
}

/** Writes the file through `write`, and answers what it holds. */
export async function exportTo(
  { deps, exports }: { readonly deps: Deps; readonly exports: LedgerExports },
  request: ExportRequest,
  write: Write,
): Promise<CliAnswer | Refusal> {
  const exporting = { deps, exports, write };
  const exported =
    request.command === "export_audit"
      ? await exportBundle(exporting, request.organisation)
      : await exportProof(exporting, request.signOff);
  if (!isRefusal(exported)) return answer(exported, request.output);
  return notingRefusal(deps, { command: request.command, ...namedIn(request) }, exported);
}

/** A refusal is noted in the ledger that was named; where none was, in every one that was searched. */
function namedIn(request: ExportRequest) {
  if (request.command === "export_proof") {
    const { signOff } = request;
    return typeof signOff === "string"
      ? { signOffId: signOff }
      : { migrationId: signOff.migrationId };
  }
  return request.organisation ? { organisationId: request.organisation } : {};
}

function answer({ organisationId, what, sha256, entries }: Exported, output: string): CliAnswer {
  const holds =
    what === "bundle"
      ? `The ledger of ${entries} entries`
      : `The proof of the sign-off, in a ledger of ${entries} entries,`;
  return {
    outcome: "passed",
    message: {
      headline: `${holds} was written to ${output}.`,
      sections: [
        {
          fields: [{ label: "SHA-256", value: [{ code: sha256 }] }],
          lines: [
            "Check it: node verifier/main.js <the file> --key <the ledger's public key>. SECURITY.md says more.",
          ],
        },
      ],
    },
    json: JSON.stringify({ organization: organisationId, what, sha256, entries, output }),
  };
}
