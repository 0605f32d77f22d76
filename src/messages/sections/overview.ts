/** Parts of a migration's card and dashboard. */
import type { GateVerdict } from "../../domain/gates/verdict.ts";
import type { Day, PersonId } from "../../domain/ids.ts";
import { PLATFORMS } from "../../domain/platforms/platform.ts";
import type { MigrationView, RequirementView } from "../../domain/requirements/view.ts";
import type { ChecklistLine, Inline, Section, Text } from "../message.ts";
import { counted, listed, stageName, stateName } from "../wording.ts";
import { markOf, stepOrDetails } from "./steps.ts";

interface BothGates {
  readonly 3: GateVerdict;
  readonly 5: GateVerdict;
}

/** Both gates in a sentence each. */
export function gateWords(gates: BothGates): string {
  return `Gate 3 ${verdictWords(gates[3])}; gate 5 ${verdictWords(gates[5])}.`;
}

function verdictWords(verdict: GateVerdict): string {
  return verdict.verdict === "pass" ? "passes" : `is blocked by ${verdict.unsatisfied.length}`;
}

/** Industry, rules and why, platform, days, gates. */
export function factFields(
  view: MigrationView,
  gates: BothGates,
): readonly { readonly label: string; readonly value: Text }[] {
  const { record } = view;
  return [
    { label: "Industry", value: record.industry },
    { label: "Rules that apply", value: verticalsText(view) },
    { label: "Platform", value: platformName(record.platform) },
    {
      label: "Proposal",
      value: record.proposalOn === null ? "No day yet" : [{ day: record.proposalOn }],
    },
    {
      label: "Go-live",
      value: record.goLiveOn === null ? "No day yet" : [{ day: record.goLiveOn }],
    },
    { label: stageName(3), value: gateText(view, gates[3]) },
    { label: stageName(5), value: gateText(view, gates[5]) },
    ...(record.state === "open" ? [] : [{ label: "State", value: record.state }]),
  ];
}

function gateText({ record }: MigrationView, verdict: GateVerdict): string {
  if (record.state === "open" && record.verticals === null)
    return "BLOCKED until the rules are confirmed";
  return verdict.verdict === "pass"
    ? "PASS"
    : `BLOCKED by ${counted(verdict.unsatisfied.length, "requirement")}`;
}

/** The platform's name; the id itself when it is not among those sold. */
export function platformName(platform: string | null): string {
  if (platform === null) return "Not decided yet";
  return PLATFORMS.find(({ id }) => id === platform)?.label ?? platform;
}

/** What people call a vertical: `PCI` is shown as "PCI-DSS". */
export function verticalTitle({ titles }: MigrationView, vertical: string): string {
  return titles[vertical] ?? vertical;
}

function verticalsText(view: MigrationView): string {
  const { record } = view;
  if (record.verticals === null) {
    const found = [
      ...new Set(record.detection.map(({ vertical }) => verticalTitle(view, vertical))),
    ];
    return found.length === 0
      ? "Not confirmed yet"
      : `Not confirmed yet; detected: ${listed(found, "and")}`;
  }
  if (record.verticals.length === 0) return "None, confirmed";
  return record.verticals
    .map((vertical) => {
      const words = record.detection.filter((found) => found.vertical === vertical);
      const why = [...new Set(words.map(({ word }) => `“${word}”`))];
      const title = verticalTitle(view, vertical);
      return why.length === 0 ? `${title} (chosen by hand)` : `${title} (${why.join(", ")})`;
    })
    .join(", ");
}

/** What people must know: verticals that apply together, days that cannot be held, files that cannot be read. */
export function noteLines(view: MigrationView): readonly Text[] {
  const { record } = view;
  const open = record.state === "open";
  return [
    ...view.together,
    ...view.unreadable.map(
      (vertical) =>
        `The rules of ${verticalTitle(view, vertical)} cannot be read; every gate stays closed. Ask an administrator to run the doctor.`,
    ),
    ...(open ? lateLines(view) : []),
    ...(open
      ? view.outdated.map(
          ({ vertical, newest }) =>
            `${verticalTitle(view, vertical)} has a newer version (${newest.workflow.version}); adopting it re-opens what changed.`,
        )
      : []),
  ];
}

/** Days that are past, cannot be held, or should have seen a beginning; each requirement in one line only. */
function lateLines(view: MigrationView): readonly Text[] {
  const open = view.requirements.filter(
    ({ satisfied, definition }) => !satisfied && !definition.advisory,
  );
  const overdue = open.filter(({ leadTime: { dueOn } }) => dueOn !== null && dueOn < view.today);
  const never = open.filter((each) => each.leadTime.cannotBeMet && !overdue.includes(each));
  const late = open.filter(
    (each) => each.leadTime.late && !overdue.includes(each) && !never.includes(each),
  );
  return [
    ...namedLine("Past its day: ", overdue, ({ leadTime }) => [
      " (was due on ",
      dayOf(leadTime.dueOn),
      ")",
    ]),
    ...namedLine("Cannot be done in time: ", never, ({ definition, leadTime }) => [
      ` (takes at least ${counted(definition.lead_time.min_days, "day")}, due on `,
      dayOf(leadTime.dueOn),
      ")",
    ]),
    ...namedLine("Already late, begin today: ", late, ({ leadTime }) =>
      leadTime.lateWhenOpened
        ? [" (should have started before this migration was opened)"]
        : [" (start by ", dayOf(leadTime.startBy), ")"],
    ),
  ];
}

const MOST_NAMED = 3;

function namedLine(
  lead: string,
  requirements: readonly RequirementView[],
  detail: (requirement: RequirementView) => readonly Inline[],
): readonly Text[] {
  if (requirements.length === 0) return [];
  const named = requirements.slice(0, MOST_NAMED);
  const left = requirements.length - named.length;
  const parts = named.flatMap((requirement, index): readonly Inline[] => [
    index === 0 ? "" : "; ",
    requirement.definition.title,
    ...detail(requirement),
  ]);
  return [[{ strong: lead }, ...parts, left === 0 ? "." : `, and ${left} more; see the status.`]];
}

function dayOf(day: Day | null): Inline {
  return day === null ? "no day yet" : { day };
}

/** Every requirement: those of the compliance guide by stage, then the additions. */
export function stageChecklist(
  view: MigrationView,
  viewer: PersonId | null = null,
): readonly Section[] {
  const guide = view.requirements.filter(({ definition }) => definition.origin === "document");
  const added = view.requirements.filter(({ definition }) => definition.origin === "addition");
  const part = (title: string, requirements: readonly RequirementView[]): readonly Section[] =>
    requirements.length === 0
      ? []
      : [{ title, checklist: requirements.map((each) => statusLine(view, each, viewer)) }];
  const ofStage = (stage: 3 | 5) => guide.filter(({ definition }) => definition.stage === stage);
  return [
    ...part(stageName(3), ofStage(3)),
    ...part(stageName(5), ofStage(5)),
    ...part("Added by us, beyond the compliance guide", added),
  ];
}

/** One requirement: `pending` or `signed` as the compliance guide says, then the finer state. */
function statusLine(
  view: MigrationView,
  requirement: RequirementView,
  viewer: PersonId | null,
): ChecklistLine {
  const { definition, satisfied, state, leadTime, openRequest } = requirement;
  const word = satisfied ? "signed" : "pending";
  const fine = stateName(state);
  const details = [
    ...(word === fine ? [] : [fine]),
    ...(openRequest?.by.personId === viewer ? ["you asked"] : []),
    ...(definition.advisory ? ["advisory"] : []),
    ...(leadTime.late && !satisfied
      ? [leadTime.lateWhenOpened ? "begin today" : "already late"]
      : []),
  ];
  return {
    mark: markOf(state),
    text: [definition.title, " ", { code: requirement.name }],
    state: details.length === 0 ? word : `${word}: ${details.join(", ")}`,
    action: stepOrDetails(view, requirement),
  };
}
