/** What a gate says: PASS in the exact words, or everything that is left, each with its fix. */
import { waitsForVerticals } from "../domain/gates/gate.ts";
import type { GateVerdict, Unsatisfied } from "../domain/gates/verdict.ts";
import type { MigrationView } from "../domain/requirements/view.ts";
import type { Button, ChecklistLine, Message, Text } from "./message.ts";
import { leftToDo } from "./sections/after.ts";
import { button, markOf, primary, stepOrDetails } from "./sections/steps.ts";
import {
  counted,
  GATE_BLOCKED,
  GATE_BLOCKED_MOTTO,
  GATE_PASS,
  listed,
  NO_VERTICAL,
  sentence,
  short,
  stageName,
  stateName,
} from "./wording.ts";

type Passed = Extract<GateVerdict, { verdict: "pass" }>;
type Blocked = Extract<GateVerdict, { verdict: "blocked" }>;

/** The gate's living message, in the channel and as a private answer. */
export function gateMessage(verdict: GateVerdict, view: MigrationView): Message {
  return verdict.verdict === "pass" ? passMessage(verdict, view) : blockedMessage(verdict, view);
}

function passMessage(verdict: Passed, view: MigrationView): Message {
  const customer = short(view.record.customer, 80);
  const advisory = verdict.advisory.length;
  return {
    headline: GATE_PASS,
    tone: "good",
    sections: [
      {
        lines: [
          ...verdict.waivers.map(waiverText),
          validityText(verdict),
          `${customer}: clear to advance to ${stageName(verdict.stage)}.`,
          ...(verdict.stage === 5
            ? ["Record this result in section 7 of the Pre-Migration Checklist."]
            : []),
          ...(verdict.noVertical ? [NO_VERTICAL] : []),
          ...(advisory === 0
            ? []
            : [
                `${counted(advisory, "advisory item is", "advisory items are")} still open; they block nothing.`,
              ]),
        ],
        actions: passButtons(verdict, view),
      },
    ],
  };
}

function waiverText({ requirement, expiresOn }: Passed["waivers"][number]): Text {
  return ["Waived: ", { code: requirement }, " until ", { day: expiresOn }];
}

function validityText({ at, validUntil }: Passed): Text {
  const as: Text = ["As of ", { time: at, as: "date_time" }];
  return validUntil === null
    ? [...as, "; nothing that counts runs out."]
    : [...as, ", valid until ", { day: validUntil }, "."];
}

function passButtons({ stage }: Passed, { record }: MigrationView): readonly Button[] {
  const migration = record.id;
  const again = button("Check again", { type: "CheckGate", migration, stage });
  const report = button("Report", { type: "ShowReport", migration });
  if (stage === 3 || record.state !== "open") return [again, report];
  return [again, report, button("Close the migration", { type: "CloseMigration", migration })];
}

function blockedMessage(verdict: Blocked, view: MigrationView): Message {
  const { stage, unsatisfied, at } = verdict;
  return {
    headline: blockedHeadline(verdict, view),
    tone: "attention",
    sections: [
      {
        title: `What is left for ${stageName(stage)}`,
        checklist: unsatisfied.map((item) => blockedLine(item, view)),
      },
      {
        lines: [GATE_BLOCKED_MOTTO, ["As of ", { time: at, as: "date_time" }, "."]],
        actions: [
          primary(button("Next step", { type: "ShowNext", migration: view.record.id })),
          button("Check again", { type: "CheckGate", migration: view.record.id, stage }),
        ],
      },
    ],
  };
}

function blockedHeadline({ stage, unsatisfied }: Blocked, { record }: MigrationView): string {
  const left = counted(unsatisfied.length, "requirement is", "requirements are");
  const names = fewNames(unsatisfied.map(({ requirement, title }) => requirement ?? title));
  return `${GATE_BLOCKED} ${short(record.customer, 40)}, ${stageName(stage)}: ${left} left: ${names}.`;
}

const MOST_NAMED = 3;

function isCut({ unsatisfied }: Blocked): boolean {
  return unsatisfied.length > MOST_NAMED + 1;
}

/** The first names, whole, and how many more there are. */
function fewNames(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  if (more <= 1) return listed(names, "and");
  return `${names.slice(0, MOST_NAMED).join(", ")} and ${more} more`;
}

/** The answer to whoever asks where the gate's message itself stands: a long list is not said twice. */
export function gateInBrief(verdict: GateVerdict, view: MigrationView): Message {
  if (verdict.verdict === "pass") return passMessage(verdict, view);
  const migration = view.record.id;
  return {
    headline: blockedHeadline(verdict, view),
    tone: "attention",
    sections: [
      {
        lines: [
          ...(isCut(verdict) ? [namesInOrder(verdict)] : []),
          "Each with its fix stands in the gate's message in this channel, and under Status.",
        ],
        actions: [
          primary(button("Next step", { type: "ShowNext", migration })),
          button("Status", { type: "ShowStatus", migration }),
        ],
      },
    ],
  };
}

function namesInOrder({ unsatisfied }: Blocked): Text {
  const names = unsatisfied.map(({ requirement, title }) => requirement ?? title);
  return [
    "In this order: ",
    ...names.flatMap((name, at) => [...(at === 0 ? [] : [", "]), { code: name }]),
  ];
}

function blockedLine(item: Unsatisfied, view: MigrationView): ChecklistLine {
  const due: Text = item.dueOn === null ? [] : [" Due on ", { day: item.dueOn }, "."];
  const name: Text = item.requirement === null ? [] : [" ", { code: item.requirement }];
  return {
    mark: item.state === "unknown" ? "blocked" : markOf(item.state),
    text: [
      { strong: item.title },
      ...name,
      `: ${sentence(item.why)} ${fixWords(item, view)}`,
      ...due,
    ],
    state: item.requirement === null ? "to be settled" : `pending: ${stateName(item.state)}`,
    action: fixButton(item, view),
  };
}

/** A long list of what is missing is counted; what to do when stuck stands behind it. */
function fixWords({ requirement, fix }: Unsatisfied, view: MigrationView): string {
  const found = view.requirements.find(({ name }) => name === requirement);
  const left = found && !waitsForVerticals(view, requirement) ? leftToDo(found) : "";
  if (!found || left === "" || found.state === "blocked") return `To do: ${sentence(fix)}`;
  return `${left} To do: ${sentence(found.definition.if_blocked)}`;
}

function fixButton({ requirement }: Unsatisfied, view: MigrationView): Button {
  const migration = view.record.id;
  const found = view.requirements.find(({ name }) => name === requirement);
  if (found) return stepOrDetails(view, found);
  if (requirement !== null)
    return button("Details", { type: "ShowRequirement", migration, requirement });
  if (view.record.state !== "open") return button("Start a migration", { type: "StartMigration" });
  return view.record.verticals === null
    ? button("Confirm verticals", { type: "ReviewVerticals", migration })
    : button("Run the doctor", { type: "RunDoctor" });
}

/** Asks which of the two gates is meant. */
export function gateChoice(view: MigrationView): Message {
  const migration = view.record.id;
  return {
    headline: `${short(view.record.customer, 60)}: which gate shall I check?`,
    sections: [
      {
        lines: ["Stage 5 includes everything of stage 3."],
        actions: [
          button(`Check ${stageName(3)}`, { type: "CheckGate", migration, stage: 3 }),
          button(`Check ${stageName(5)}`, { type: "CheckGate", migration, stage: 5 }),
        ],
      },
    ],
  };
}

/** A fix without a view is cut after so many characters; with one, what is missing is counted. */
const LONGEST_FIX = 400;

/** The verdict as plain text for a terminal; the first line is the exact one. */
export function gateText(verdict: GateVerdict, view: MigrationView | null = null): string {
  return (verdict.verdict === "pass" ? passText(verdict) : blockedText(verdict, view)).join("\n");
}

function passText(verdict: Passed): readonly string[] {
  const { waivers, at, validUntil, noVertical, advisory } = verdict;
  return [
    GATE_PASS,
    ...waivers.map(({ requirement, expiresOn }) => `Waived: ${requirement} until ${expiresOn}`),
    validUntil === null ? `As of ${at}.` : `As of ${at}, valid until ${validUntil}.`,
    ...(noVertical ? [NO_VERTICAL] : []),
    ...advisory.map((name) => `Advisory, still open: ${name}`),
  ];
}

function blockedText(verdict: Blocked, view: MigrationView | null): readonly string[] {
  const { stage, at, unsatisfied } = verdict;
  const left = counted(unsatisfied.length, "requirement is", "requirements are");
  return [
    GATE_BLOCKED,
    `${stageName(stage)}, as of ${at}: ${left} not satisfied.`,
    ...unsatisfied.map((item) => {
      const { requirement, title, state, why, fix } = item;
      const name = requirement === null ? title : `${requirement} (${stateName(state)})`;
      const next =
        view === null ? `To do: ${short(sentence(fix), LONGEST_FIX)}` : fixWords(item, view);
      return `- ${name}: ${sentence(why)} ${next}`;
    }),
    GATE_BLOCKED_MOTTO,
  ];
}
