/** A migration as people see it: its living card, the dashboard, the next step, and each requirement. */
import type { CommandType } from "../domain/command.ts";
import type { GateVerdict } from "../domain/gates/verdict.ts";
import type { PersonId } from "../domain/ids.ts";
import type { MigrationRecord } from "../domain/migrations/record.ts";
import type { MemberRole } from "../domain/people/person.ts";
import type { MigrationView, RequirementView } from "../domain/requirements/view.ts";
import type { Button, Menu, Message, Text, Tone } from "./message.ts";
import { missingSection } from "./sections/after.ts";
import {
  factFields,
  gateWords,
  noteLines,
  stageChecklist,
  verticalTitle,
} from "./sections/overview.ts";
import { requirementButtons, requirementSections } from "./sections/requirement.ts";
import {
  button,
  mayGiveSignature,
  nextStep,
  primary,
  progressOf,
  requirementIn,
  showButton,
  type Viewer,
  type Which,
} from "./sections/steps.ts";
import { counted, DASHBOARD_MOTTO, sentence, short, stateName } from "./wording.ts";

export interface Gates {
  readonly 3: GateVerdict;
  readonly 5: GateVerdict;
}

/** The living message of a migration: where it stands and what comes next. */
export function migrationCard(view: MigrationView, gates: Gates): Message {
  const { record } = view;
  const { done, of } = progressOf(view);
  const notes = noteLines(view);
  return {
    headline: `${short(record.customer, 60)}: ${standing(view, gates)}`,
    tone: toneOf(view, gates),
    sections: [
      { fields: factFields(view, gates) },
      { progress: { done, of, label: `${done} of ${of} signed` } },
      ...(notes.length === 0 ? [] : [{ title: "Please note", lines: notes }]),
      { actions: cardButtons(view) },
    ],
  };
}

function standing(view: MigrationView, gates: Gates): string {
  const { record } = view;
  if (record.state === "closed") return "closed, every requirement is cleared.";
  if (record.state === "cancelled") return "cancelled.";
  if (record.verticals === null) return "please confirm which rules apply.";
  const { done, of } = progressOf(view);
  return `${done} of ${of} signed. ${gateWords(gates)}`;
}

function toneOf(view: MigrationView, gates: Gates): Tone {
  if (view.record.state === "cancelled") return "neutral";
  if (gates[5].verdict === "pass") return "good";
  return view.requirements.some(({ leadTime }) => leadTime.cannotBeMet) ? "bad" : "attention";
}

function cardButtons(view: MigrationView): readonly Button[] {
  const migration = view.record.id;
  const report = button("Report", { type: "ShowReport", migration });
  if (view.record.state !== "open") return [report];
  const next =
    view.record.verticals === null
      ? button("Confirm verticals", { type: "ReviewVerticals", migration })
      : button("Next step", { type: "ShowNext", migration });
  return [
    primary(next),
    button("Status", { type: "ShowStatus", migration }),
    button("Check gate 3", { type: "CheckGate", migration, stage: 3 }),
    button("Check gate 5", { type: "CheckGate", migration, stage: 5 }),
  ];
}

/** The dashboard: every requirement by stage, additions apart, each with its state and the step to it. */
export function statusMessage(view: MigrationView, gates: Gates, viewer: PersonId): Message {
  const { done, of } = progressOf(view);
  const notes = noteLines(view);
  return {
    headline: `${short(view.record.customer, 60)}: ${standing(view, gates)}`,
    tone: toneOf(view, gates),
    sections: [
      {
        lines: [withCode(DASHBOARD_MOTTO)],
        progress: { done, of, label: `${done} of ${of} signed` },
      },
      ...stageChecklist(view, viewer),
      ...(notes.length === 0 ? [] : [{ title: "Please note", lines: notes }]),
      { actions: cardButtons(view).filter(({ command }) => command.type !== "ShowStatus") },
    ],
  };
}

/** The one thing to do next for this person. */
export function nextMessage(
  view: MigrationView,
  viewer: PersonId,
  roles: readonly MemberRole[] = [],
): Message {
  const { record } = view;
  const customer = short(record.customer, 60);
  if (record.state !== "open") {
    return { headline: `${customer} is ${record.state}: there is nothing left to do.` };
  }
  if (record.verticals === null) {
    return {
      headline: `${customer}: confirm which rules apply. Everything else follows from that.`,
      sections: [{ actions: cardButtons(view).slice(0, 1) }],
    };
  }
  const next = chooseNext(view, { viewer, roles });
  return next === null ? nothingLeft(view, customer) : nextOf(view, next, customer);
}

/** The guide writes words between backticks; every surface shows them as code. */
function withCode(text: string): Text {
  return text.split("`").map((part, index) => (index % 2 === 1 ? { code: part } : part));
}

function chooseNext(view: MigrationView, viewer: Viewer): RequirementView | null {
  const left = view.requirements
    .filter(({ satisfied }) => !satisfied)
    .toSorted((a, b) => Number(a.definition.advisory) - Number(b.definition.advisory));
  const waiting = left.filter(({ openRequest }) => openRequest !== null);
  const toSign = waiting.find((requirement) => mayGiveSignature(view, requirement, viewer));
  const toDo = left.filter(({ openRequest }) => openRequest === null);
  const late = toDo.find(({ leadTime }) => leadTime.late);
  return toSign ?? late ?? toDo[0] ?? waiting[0] ?? null;
}

function nextOf(view: MigrationView, next: RequirementView, customer: string): Message {
  const { title, instruction, why } = next.definition;
  const step = nextStep(view, next);
  const waits = next.openRequest === null ? "" : " It waits for a signature.";
  const left = view.requirements.filter(
    ({ name, satisfied, definition }) => !satisfied && !definition.advisory && name !== next.name,
  ).length;
  return {
    headline: `${customer}, next: ${short(title, 80)}.${waits}`,
    sections: [
      { lines: [instruction ?? why, ...(next.reason === null ? [] : [sentence(next.reason)])] },
      ...missingSection(next),
      {
        actions: [...(step === null ? [] : [primary(step)]), showButton(view, next)],
      },
    ],
    footnote:
      left === 0
        ? "This is the last one."
        : `After this, ${counted(left, "more is", "more are")} left.`,
  };
}

function nothingLeft(view: MigrationView, customer: string): Message {
  const migration = view.record.id;
  return {
    headline: `${customer}: every requirement is cleared. Check gate 5, then close the migration.`,
    tone: "good",
    sections: [
      {
        actions: [
          primary(button("Check gate 5", { type: "CheckGate", migration, stage: 5 })),
          button("Report", { type: "ShowReport", migration }),
          button("Close", { type: "CloseMigration", migration }),
        ],
      },
    ],
  };
}

/** Everything about one requirement: why, what to do, how far it is, who signs, where it comes from. */
export function requirementMessage(
  view: MigrationView,
  which: Which,
  { viewer, roles }: Viewer,
): Message {
  const requirement = requirementIn(view, which);
  const { title } = requirement.definition;
  const state = stateName(requirement.state);
  return {
    headline: `${short(title, 80)}: ${state}. ${short(view.record.customer, 40)}`,
    tone: requirement.satisfied ? "good" : requirement.blocks.length > 0 ? "bad" : "attention",
    sections: [
      ...requirementSections(view, requirement),
      { actions: requirementButtons({ view, requirement, viewer, roles }) },
    ],
    footnote: [
      { code: requirement.name },
      `, from the rules of ${verticalTitle(view, requirement.vertical)}`,
    ],
  };
}

/** Commands that a list of requirements can lead to; any other shows the requirement. */
const PICKABLE = [
  "ShowRequirement",
  "AnswerRequirement",
  "AddEvidence",
  "RequestSignOff",
  "ReviewSignOff",
  "Claim",
  "RevokeSignOff",
] as const satisfies readonly CommandType[];
type Pickable = (typeof PICKABLE)[number];

/** Asks which requirement is meant. */
export function requirementPicker(
  view: MigrationView,
  commandType: CommandType,
  words?: string,
): Message {
  const type: Pickable = PICKABLE.find((known) => known === commandType) ?? "ShowRequirement";
  if (view.requirements.length === 0) return nothingToPick(view);
  const menu: Menu = {
    label: "Choose a requirement",
    choices: likely(view, type).map(({ name, definition, state }) => ({
      label: titleWith(definition.title, stateName(state)),
      command: { type, migration: view.record.id, requirement: name },
    })),
  };
  const said = words === undefined ? "" : ` I did not find “${short(words, 40)}”.`;
  return {
    headline: `Which requirement do you mean?${said}`,
    sections: [{ lines: [short(view.record.customer, 100)], actions: [menu] }],
  };
}

function nothingToPick({ record }: MigrationView): Message {
  return {
    headline: `${short(record.customer, 60)} has no requirements that can be read. Run the doctor to see why.`,
    tone: "bad",
    sections: [{ actions: [button("Run the doctor", { type: "RunDoctor" })] }],
  };
}

const LONGEST_OPTION = 75;

function titleWith(title: string, state: string): string {
  return `${short(title, LONGEST_OPTION - state.length - 3)} (${state})`;
}

/** Those that the command can be about come first; when there is none, all of them. */
function likely(view: MigrationView, type: Pickable): readonly RequirementView[] {
  const fits = view.requirements.filter((requirement) => {
    if (type === "ReviewSignOff" || type === "Claim") return requirement.openRequest !== null;
    if (type === "RevokeSignOff") return requirement.item.signOffs.some(({ revoked }) => !revoked);
    return type === "ShowRequirement" || !requirement.satisfied;
  });
  return fits.length > 0 ? fits : view.requirements;
}

/** Posted when a migration was closed. */
export function closedMessage(view: MigrationView): Message {
  const { record } = view;
  const { done, of } = progressOf(view);
  return {
    headline: `${short(record.customer, 60)} is closed: ${done} of ${of} requirements are cleared.`,
    tone: "good",
    sections: [
      {
        lines: ["The closeout report is for the customer's compliance officer."],
        actions: [primary(button("Report", { type: "ShowReport", migration: record.id }))],
      },
    ],
  };
}

/** Posted when a migration was cancelled. */
export function cancelledMessage(record: MigrationRecord, reason: string): Message {
  return {
    headline: `${short(record.customer, 60)} is cancelled. Its record is kept; nothing can be changed.`,
    sections: [{ fields: [{ label: "Reason", value: reason }] }],
  };
}
