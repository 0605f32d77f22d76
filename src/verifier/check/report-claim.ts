/** What a closeout report claims that the ledger must have: sign-offs, written confirmations, evidence. */
import { createHash } from "node:crypto";
import { whyNotCanonical } from "../format/canonical.ts";
import { unchecked } from "../format/finding.ts";

/** One thing that the report claims: its words in the ledger's names, and how a sentence calls it. */
export interface Claim {
  readonly requirement: string;
  readonly title: string;
  /** Members of the entry. */
  readonly open: Readonly<Record<string, unknown>>;
  /** Members of the entry's personal part, which may have been erased. */
  readonly personal: Readonly<Record<string, unknown>>;
  /** To the second, as the report writes it. */
  readonly at: string | null;
}

export interface ReportClaim {
  readonly sha256: string;
  readonly migration: string;
  readonly size: number;
  readonly rootHash: string;
  readonly signOffs: readonly Claim[];
  readonly attestations: readonly Claim[];
  readonly evidence: readonly Claim[];
  /** Requirements that the report calls signed, with the content that was signed. */
  readonly signed: readonly { readonly requirement: string; readonly contentHash: unknown }[];
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export type Members = Readonly<Record<string, unknown>>;

export function membersOf(value: unknown): Members {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};
}

export function textIn(members: Members, name: string): string {
  const value = members[name];
  return typeof value === "string" ? value : "";
}

export function readReport(bytes: Buffer): ReportClaim {
  const problem = whyNotCanonical(bytes.toString("utf8", 0, trimmedEnd(bytes)));
  if (problem) throw unchecked(`The report is not as Cleargate writes it: ${problem}.`);
  const report = membersOf(JSON.parse(bytes.toString("utf8")));
  if (report.report !== "compliance_closeout")
    throw unchecked("The report is no closeout report of Cleargate.");
  const audit = membersOf(report.audit);
  const size = audit.size;
  const rootHash = textIn(audit, "root_hash");
  if (typeof size !== "number" || size < 1 || !/^[0-9a-f]{64}$/.test(rootHash)) {
    throw unchecked(
      "The report has no audit reference: it is a draft from before the ledger was sealed.",
    );
  }
  const migration = textIn(report, "migration_id");
  if (!UUID.test(migration)) throw unchecked("The report names no migration.");
  const requirements = listOf(report.requirements).map(membersOf);
  return {
    sha256: createHash("sha256").update(bytes).digest("hex"),
    migration,
    size,
    rootHash,
    signOffs: requirements.flatMap((one) => claimsIn(one, "signed_by", signOffClaim)),
    attestations: requirements.flatMap((one) => claimsIn(one, "attested_by", attestationClaim)),
    evidence: requirements.flatMap((one) => claimsIn(one, "evidence", evidenceClaim)),
    signed: requirements
      .filter(({ state }) => state === "signed")
      .map((one) => ({
        requirement: textIn(one, "requirement"),
        contentHash: one.content_hash ?? null,
      })),
  };
}

/** A line break after the report is not part of it, but it changes the hash, which is told elsewhere. */
function trimmedEnd(bytes: Buffer): number {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === 0x0a || bytes[end - 1] === 0x0d)) end -= 1;
  return end;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function claimsIn(
  requirement: Members,
  member: string,
  claim: (requirement: string, given: Members) => Claim,
): readonly Claim[] {
  const name = textIn(requirement, "requirement");
  return listOf(requirement[member]).map((given) => claim(name, membersOf(given)));
}

function signOffClaim(requirement: string, given: Members): Claim {
  const at = textIn(given, "at");
  return {
    requirement,
    title: `The sign-off of ${requirement} by ${textIn(given, "name")} at ${at}`,
    open: {
      // Reports of older versions do not number their sign-offs.
      ...(given.id === undefined ? {} : { signOffId: given.id }),
      meaning: given.meaning,
      role: given.role,
      consent: given.consent,
      reason: given.reason,
      expiresOn: given.expires_on,
      definitionHash: given.workflow_version,
      surface: given.platform,
      workspaceRef: given.workspace,
    },
    personal: { name: given.name, email: given.email, userId: given.user_id },
    at,
  };
}

function attestationClaim(requirement: string, given: Members): Claim {
  const document = membersOf(given.document);
  const about = Array.isArray(given.about) ? given.about.map(membersOf) : null;
  const checked = membersOf(given.checked);
  return {
    requirement,
    title: `The written confirmation of ${requirement} by ${textIn(given, "name")}`,
    open: {
      role: given.role,
      form: given.form,
      confirmedOn: given.confirmed_on,
      documentSha256: document.sha256,
      controlled: document.controlled,
      about: about?.map(({ as, place, sha256 }) => ({ as, place, sha256 })) ?? null,
      checked: given.checked ? { how: checked.how, on: checked.on } : null,
    },
    personal: {
      from: {
        name: given.name,
        title: given.title,
        organisation: given.organisation,
        email: given.email,
      },
      statement: given.statement,
      documentName: document.name,
      link: document.link,
      ...(about && { about: about.map(({ object, link }) => ({ name: object, link })) }),
    },
    at: textIn(given, "received_at"),
  };
}

function evidenceClaim(requirement: string, given: Members): Claim {
  const title = `The evidence "${textIn(given, "name")}" of ${requirement}`;
  if (given.kind === "held") {
    return { requirement, title, open: { heldOn: given.held_on }, personal: {}, at: null };
  }
  const { slot, kind, sha256, bytes, name, link } = given;
  const at = textIn(given, "added_at");
  return { requirement, title, open: { slot, kind, sha256, bytes }, personal: { name, link }, at };
}
