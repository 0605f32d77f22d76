/**
 * Whether a migration may go on. Stage 5 includes everything of stage 3, and whatever is unclear keeps the gate
 * closed: unconfirmed verticals, a workflow file that cannot be read, a requirement that is missing.
 */
import { whyLookAgain } from "../migrations/industry.ts";
import { anyRole } from "../people/role-names.ts";
import { VERTICAL_CONFIRMED } from "../requirements/content-hash.ts";
import type { MigrationView, RequirementView, ViewInput } from "../requirements/view.ts";
import { viewMigration } from "../requirements/view-migration.ts";
import { earliest } from "../time/day.ts";
import type { GateVerdict, Unsatisfied } from "./verdict.ts";

/** The verdict of a gate with ages judged at that gate. */
export function gateOf(input: ViewInput, stage: 3 | 5): GateVerdict {
  return decideGate(viewMigration({ ...input, judgedAt: stage }), stage);
}

/** The verdict on a view whose ages were judged at this stage. */
export function decideGate(view: MigrationView, stage: 3 | 5): GateVerdict {
  const due = view.requirements.filter(({ definition }) => definition.stage <= stage);
  const needed = due.filter(({ definition }) => !definition.advisory);
  const open = needed.filter(({ satisfied }) => !satisfied);
  const left = open.map((requirement) => unsatisfied(view, requirement));
  const [first, ...rest] = [...doubts(view, needed), ...left];
  if (first) return { verdict: "blocked", stage, at: view.now, unsatisfied: [first, ...rest] };
  return {
    verdict: "pass",
    stage,
    at: view.now,
    noVertical: view.record.verticals?.length === 0,
    waivers: needed.flatMap(({ name, state, validUntil }) =>
      state === "waived" && validUntil !== null
        ? [{ requirement: name, expiresOn: validUntil }]
        : [],
    ),
    validUntil: earliest(needed.map(({ validUntil }) => validUntil)),
    advisory: due
      .filter(({ definition, satisfied }) => definition.advisory && !satisfied)
      .map(({ name }) => name),
  };
}

const UNCONFIRMED = {
  why: "Nobody has confirmed yet which rules apply to this migration.",
  fix: "Review the suggested verticals and confirm them.",
};

/** Reasons that are no requirement of the migration. */
function doubts(view: MigrationView, needed: readonly RequirementView[]): readonly Unsatisfied[] {
  const { record, unreadable } = view;
  const found: Unsatisfied[] = unreadable.map((vertical) =>
    doubt({
      title: `The rules of ${vertical} cannot be read`,
      why: "Without its workflow file nobody can say what is required.",
      fix: "Ask an administrator to restore the workflow file, then check the gate again.",
    }),
  );
  const confirming = needed.find(({ name }) => name === VERTICAL_CONFIRMED);
  // Where the requirement itself is open it says so; the doubt stands wherever it does not.
  if (record.verticals === null && confirming?.satisfied !== false) {
    found.push(doubt({ title: "Verticals are not confirmed", ...UNCONFIRMED }));
  }
  if (!confirming) {
    found.push(
      doubt({
        title: `${VERTICAL_CONFIRMED} is missing`,
        why: "The requirement that confirms the verticals is in no workflow file.",
        fix: "Ask an administrator to restore the baseline workflow file.",
      }),
    );
  }
  if (record.ledgerDoubt) {
    found.push(
      doubt({
        title: "Audit integrity",
        why: record.ledgerDoubt,
        fix: "Two people, administrators or compliance officers, find out why; then each accepts it with /compliance audit accept and the reason.",
      }),
    );
  }
  if (record.state === "cancelled") {
    found.push(
      doubt({
        title: "The migration was cancelled",
        why: "A cancelled migration does not go on.",
        fix: "Open a new migration.",
      }),
    );
  }
  return found;
}

function doubt(said: Pick<Unsatisfied, "title" | "why" | "fix">): Unsatisfied {
  return { requirement: null, state: "unknown", dueOn: null, ...said };
}

/** True while which rules apply is still to be confirmed, or again, and this is the requirement that says so. */
export function waitsForVerticals({ record }: MigrationView, name: string | null): boolean {
  return name === VERTICAL_CONFIRMED && confirmationDue(record) !== null;
}

function confirmationDue(record: MigrationView["record"]): { why: string; fix: string } | null {
  if (record.verticals === null) return UNCONFIRMED;
  const why = whyLookAgain(record);
  return why === null ? null : { why, fix: "Review the verticals and confirm them again." };
}

function unsatisfied(view: MigrationView, requirement: RequirementView): Unsatisfied {
  const { name, definition, state, leadTime } = requirement;
  const due = name === VERTICAL_CONFIRMED ? confirmationDue(view.record) : null;
  const said = due ?? { why: whyOpen(requirement), fix: fixFor(requirement) };
  const late = leadTime.cannotBeMet
    ? ` Fewer days are left than its shortest lead time of ${definition.lead_time.min_days}.`
    : "";
  return {
    requirement: name,
    title: definition.title,
    state,
    why: `${said.why}${late}`,
    fix: said.fix,
    dueOn: leadTime.dueOn,
  };
}

function whyOpen({ state, reason, missing }: RequirementView): string {
  if (state === "not_started") return "Nobody has begun with it.";
  if (reason !== null && state !== "awaiting_approval") return reason;
  if (state === "awaiting_approval") return "A signature was asked for and is not complete.";
  if (state === "rejected") return "The request was rejected.";
  return missing.length > 0 ? "It is not complete." : "Nobody has signed it.";
}

function fixFor(requirement: RequirementView): string {
  const { state, definition, missing } = requirement;
  if (state === "blocked") return definition.if_blocked;
  if (state === "awaiting_approval") return `Wait for a signature by ${signersOf(requirement)}.`;
  if (missing.length > 0) return missing.join(" ");
  if (state === "rejected") return "Mend what was rejected, then ask for the signature again.";
  return `Ask for a signature by ${signersOf(requirement)}.`;
}

function signersOf({ approvals, openRequest }: RequirementView): string {
  const approval = approvals[openRequest?.meaning ?? "requirement_met"];
  const open = (approval?.quorum.needs ?? []).filter(({ given }) => given === null);
  return open.length === 0
    ? "somebody who may sign"
    : [...new Set(open.map(({ role }) => anyRole([role])))].join(" and ");
}
