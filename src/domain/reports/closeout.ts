/**
 * The closeout report: which rules applied and why, who confirmed what on which evidence, under which workflow
 * version. It holds no time of its own, so its bytes stay the same as long as nothing changes.
 */
import type { Json } from "../audit/canonical.ts";
import { eventIdOf } from "../audit/event-id.ts";
import type { GateVerdict } from "../gates/verdict.ts";
import type { Instant, Sha256 } from "../ids.ts";
import type { MigrationRecord } from "../migrations/record.ts";
import type { MigrationView } from "../requirements/view.ts";
import { compareInstants, dayOf, formatInstant } from "../time/day.ts";
import { reportRequirement } from "./requirement.ts";

/** Where the ledger stood after the last change of the migration. */
interface AuditReference {
  readonly size: number;
  readonly rootHash: Sha256;
}

/** The report, and the names of what keeps it from being final. */
export function closeoutReport(input: {
  readonly view: MigrationView;
  /** Gate 5, for the verdict and the waivers. */
  readonly gate: GateVerdict;
  /** Null before the last change is sealed. */
  readonly audit: AuditReference | null;
}): { readonly report: Json; readonly unsigned: readonly string[] } {
  const { view, gate, audit } = input;
  const { record } = view;
  return {
    report: {
      report: "compliance_closeout",
      ...(areIdentitiesVerified(record)
        ? {}
        : { notice: "DEMONSTRATION: identities not verified" }),
      migration_id: record.id,
      customer: record.customer,
      industry: record.industry,
      platform: record.platform,
      state: record.state,
      time_zone: record.timeZone,
      opened_at: formatInstant(record.openedAt),
      proposal_date: record.proposalOn,
      go_live_date: record.goLiveOn,
      // Old readers know a single vertical.
      vertical: record.verticals?.[0] ?? null,
      verticals: record.verticals,
      verticals_confirmed: confirmation(record),
      detection: record.detection.map(({ vertical, decision, word, why }) => ({
        vertical,
        decision,
        word,
        text: record.industry,
        why,
        applies: record.verticals?.includes(vertical) ?? null,
      })),
      gate: gateJson(gate),
      requirements: view.requirements.map((requirement) => reportRequirement(record, requirement)),
      workflow_versions: record.definitions
        .toSorted((a, b) => (a.vertical < b.vertical ? -1 : 1))
        .map(({ vertical, hash }) => ({ vertical, hash })),
      audit: audit && {
        size: audit.size,
        root_hash: audit.rootHash,
        // Under this id the last of these entries stands in Splunk, wherever the ledger is shipped there.
        splunk_event_id: eventIdOf(record.organisationId, audit.size),
      },
    },
    unsigned: unsignedIn(view, audit),
  };
}

/** `compliance_report_<customer>_<date>.json`, dated by the last change. */
export function reportFileName({ record }: MigrationView): string {
  const slug = record.customer
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, 60)
    .replaceAll(/^-+|-+$/g, "");
  return `compliance_report_${slug || "customer"}_${dayOf(lastChange(record), record.timeZone)}.json`;
}

function unsignedIn(view: MigrationView, audit: AuditReference | null): readonly string[] {
  const open = view.requirements
    .filter(({ satisfied, definition }) => !satisfied && !definition.advisory)
    .map(({ name }) => name);
  const unread = view.unreadable.map((vertical) => `workflow ${vertical} (unreadable)`);
  return [...open, ...unread, ...(audit === null ? ["audit reference (not sealed yet)"] : [])];
}

/** The local web chat lets one person act as several, so its signatures prove nothing. */
function areIdentitiesVerified({ items, channels }: MigrationRecord): boolean {
  const signers = items.flatMap(({ signOffs }) => signOffs).map(({ signer }) => signer);
  return [...signers, ...channels].every(({ surface }) => surface !== "web");
}

function confirmation({ verticalsConfirmed }: MigrationRecord): Json {
  if (!verticalsConfirmed) return null;
  const { by, at } = verticalsConfirmed;
  return { by: { name: by.name, email: by.email }, at: formatInstant(at) };
}

function gateJson(gate: GateVerdict): Json {
  if (gate.verdict === "blocked") {
    const unsatisfied = gate.unsatisfied.map(({ requirement, title }) => requirement ?? title);
    return { stage: gate.stage, verdict: gate.verdict, unsatisfied };
  }
  return {
    stage: gate.stage,
    verdict: gate.verdict,
    valid_until: gate.validUntil,
    no_vertical: gate.noVertical,
    waivers: gate.waivers.map(({ requirement, expiresOn }) => ({
      requirement,
      expires_on: expiresOn,
    })),
  };
}

function lastChange(record: MigrationRecord): Instant {
  const moments: readonly Instant[] = [
    record.openedAt,
    ...(record.verticalsConfirmed ? [record.verticalsConfirmed.at] : []),
    ...record.items.flatMap(({ answers, evidence, attestations, requests, signOffs, reopened }) => [
      ...answers.map(({ at }) => at),
      ...evidence.map(({ at }) => at),
      ...attestations.map(({ receivedAt }) => receivedAt),
      ...requests.flatMap(({ at, ended }) => (ended ? [at, ended.at] : [at])),
      ...signOffs.flatMap(({ signedAt, revoked }) =>
        revoked ? [signedAt, revoked.at] : [signedAt],
      ),
      ...(reopened ? [reopened.at] : []),
    ]),
  ];
  return moments.toSorted(compareInstants).at(-1) ?? record.openedAt;
}
