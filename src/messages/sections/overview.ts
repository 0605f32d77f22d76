/** Parts of a migration's card and dashboard. */
import type { GateVerdict } from "../../domain/gates/verdict.ts";
import { PLATFORMS } from "../../domain/platforms/platform.ts";
import type { MigrationView, RequirementView } from "../../domain/requirements/view.ts";
import type { ChecklistLine, Section, Text } from "../message.ts";
import { CO_APPLICATION, counted, listed, stageName, stateName } from "../wording.ts";
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

/** Customer, rules and why, platform, days, gates. */
export function factFields(
  view: MigrationView,
  gates: BothGates,
): readonly { readonly label: string; readonly value: Text }[] {
  const { record } = view;
  return [
    { label: "Customer", value: record.customer },
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
    { label: stageName(3), value: gateText(gates[3]) },
    { label: stageName(5), value: gateText(gates[5]) },
    { label: "State", value: record.state },
  ];
}

function gateText(verdict: GateVerdict): string {
  return verdict.verdict === "pass"
    ? "PASS"
    : `BLOCKED by ${counted(verdict.unsatisfied.length, "requirement")}`;
}

/** The platform's name; the id itself when it is not among those sold. */
export function platformName(platform: string | null): string {
  if (platform === null) return "Not decided yet";
  return PLATFORMS.find(({ id }) => id === platform)?.label ?? platform;
}

function verticalsText({ record }: MigrationView): string {
  if (record.verticals === null) {
    const found = [...new Set(record.detection.map(({ vertical }) => vertical))];
    return found.length === 0
      ? "Not confirmed yet; nothing was detected"
      : `Not confirmed yet; detected: ${listed(found, "and")}`;
  }
  if (record.verticals.length === 0) return "None, confirmed";
  return record.verticals
    .map((vertical) => {
      const words = record.detection.filter((found) => found.vertical === vertical);
      const why = [...new Set(words.map(({ word }) => `“${word}”`))];
      return why.length === 0 ? `${vertical} (chosen by hand)` : `${vertical} (${why.join(", ")})`;
    })
    .join(", ");
}

/** What people must know: co-application, days that cannot be held, files that cannot be read. */
export function noteLines(view: MigrationView): readonly Text[] {
  const { record } = view;
  const open = record.state === "open";
  return [
    ...(isCoApplication(record) ? [CO_APPLICATION] : []),
    ...view.unreadable.map(
      (vertical) =>
        `The rules of ${vertical} cannot be read; every gate stays closed. Ask an administrator to run the doctor.`,
    ),
    ...(open ? view.requirements.flatMap(leadTimeLine) : []),
    ...(open
      ? view.outdated.map(
          ({ vertical, newest }) =>
            `${vertical} has a newer version (${newest.workflow.version}); adopting it re-opens what changed.`,
        )
      : []),
  ];
}

/** Before anybody confirmed it is what the industry text says; then it is what was confirmed. */
function isCoApplication({ verticals, flags }: MigrationView["record"]): boolean {
  if (verticals === null) return flags.includes("co_application");
  return verticals.includes("FERPA") && verticals.includes("HIPAA");
}

function leadTimeLine({ definition, leadTime, satisfied }: RequirementView): readonly Text[] {
  if (satisfied || leadTime.dueOn === null) return [];
  if (leadTime.cannotBeMet) {
    const least = counted(definition.lead_time.min_days, "day");
    return [
      [
        `${definition.title}: cannot be done by `,
        { day: leadTime.dueOn },
        `; it takes at least ${least}. Move the date or talk to your manager.`,
      ],
    ];
  }
  if (!leadTime.late || leadTime.startBy === null) return [];
  return [
    [
      `${definition.title}: should have begun by `,
      { day: leadTime.startBy },
      " – already late. Begin today.",
    ],
  ];
}

/** Every requirement: those of the compliance guide by stage, then the additions. */
export function stageChecklist(view: MigrationView): readonly Section[] {
  const guide = view.requirements.filter(({ definition }) => definition.origin === "document");
  const added = view.requirements.filter(({ definition }) => definition.origin === "addition");
  const part = (title: string, requirements: readonly RequirementView[]): readonly Section[] =>
    requirements.length === 0
      ? []
      : [{ title, checklist: requirements.map((requirement) => statusLine(view, requirement)) }];
  const ofStage = (stage: 3 | 5) => guide.filter(({ definition }) => definition.stage === stage);
  return [
    ...part(stageName(3), ofStage(3)),
    ...part(stageName(5), ofStage(5)),
    ...part("Added by us, beyond the compliance guide", added),
  ];
}

/** One requirement: `pending` or `signed` as the compliance guide says, then the finer state. */
export function statusLine(view: MigrationView, requirement: RequirementView): ChecklistLine {
  const { definition, satisfied, state } = requirement;
  const advisory = definition.advisory ? ", advisory" : "";
  const word = satisfied ? "signed" : "pending";
  const fine = stateName(state);
  return {
    mark: markOf(state),
    text: [definition.title, " ", { code: requirement.name }],
    state: `${word === fine ? word : `${word}: ${fine}`}${advisory}`,
    action: stepOrDetails(view, requirement),
  };
}
