/** Opening a migration: what is asked first, which rules seem to apply and why, and how it is set and ended. */
import type { Day, MigrationId } from "../domain/ids.ts";
import type { MigrationRecord } from "../domain/migrations/record.ts";
import type { MigrationView } from "../domain/requirements/view.ts";
import type { Detection } from "../domain/verticals/detection.ts";
import type { Choice, Form } from "./form.ts";
import type { Menu, Message, Section } from "./message.ts";
import { dateFields, PLATFORM_CHOICES, platformField, zoneField } from "./sections/choices.ts";
import { reasonField } from "./sections/fields.ts";
import { button, openLines, primary, progressOf } from "./sections/steps.ts";
import {
  type Checked,
  flagSections,
  foundLines,
  preconditionLines,
  proposalHeadline,
} from "./sections/verticals.ts";
import { counted, KEEP_OUT, NO_VERTICAL, short } from "./wording.ts";

const WHAT_FOLLOWS =
  "From the industry I work out which rules apply and tell you why. You confirm them in the next step.";

/** What is asked to open a migration; nothing is stored before it is sent. */
export function startForm(
  prefill: { readonly customer?: string; readonly industry?: string },
  timeZone: string,
): Form {
  return {
    title: "Start a migration",
    intro: [{ lines: [WHAT_FOLLOWS] }],
    fields: [
      {
        id: "customer",
        type: "text",
        label: "Customer",
        help: "The organization that is being moved.",
        required: true,
        maxLength: 200,
        ...(prefill.customer === undefined ? {} : { value: prefill.customer }),
      },
      {
        id: "industry",
        type: "text",
        label: "Industry, in your own words",
        help: "For example: university hospital that takes card payments by phone.",
        required: true,
        maxLength: 200,
        ...(prefill.industry === undefined ? {} : { value: prefill.industry }),
      },
      platformField(PLATFORM_CHOICES, "undecided"),
      zoneField(timeZone),
      ...dateFields(null, null),
    ],
    submit: "Start",
    command: { type: "OpenMigration" },
    footnote: KEEP_OUT,
  };
}

/**
 * Which rules seem to apply and why, and what the compliance guide wants ready before the start; nothing of it counts
 * before a person confirms.
 */
export function verticalsProposal(found: {
  readonly record: MigrationRecord;
  readonly detection: Detection;
  readonly titles: ReadonlyMap<string, string>;
  readonly person: Checked;
  /** What the workflow files say of verticals that apply together. */
  readonly together?: readonly string[];
}): Message {
  const { record, detection, titles } = found;
  const name = (vertical: string) => titles.get(vertical) ?? vertical;
  return {
    headline: proposalHeadline(record, detection, name),
    tone: "attention",
    sections: [
      { title: "What I found", lines: foundLines(detection, name) },
      ...flagSections(detection.flags, found.together ?? []),
      {
        lines: ["None of these rules counts before you confirm it."],
        actions: [
          primary(button("Review and confirm", { type: "ReviewVerticals", migration: record.id })),
        ],
      },
      { title: "Before you start", checklist: preconditionLines(record, found.person) },
    ],
  };
}

/** Asks which verticals apply, with those found already chosen and every doubt explained. */
export function verticalsForm(asked: {
  readonly record: MigrationRecord;
  readonly detection: Detection;
  readonly choices: readonly {
    readonly id: string;
    readonly title: string;
    /** What we sell to customers of this vertical. */
    readonly product?: string;
  }[];
  /** What the workflow files say of verticals that apply together. */
  readonly together?: readonly string[];
}): Form {
  const { record, detection, choices } = asked;
  const titles = new Map(choices.map(({ id, title }) => [id, title]));
  const chosen = record.verticals ?? proposed(detection);
  const none = record.verticals !== null && record.verticals.length === 0;
  return {
    title: "Which rules apply?",
    intro: [
      {
        title: `${short(record.customer, 80)}: ${short(record.industry, 120)}`,
        lines: foundLines(detection, (vertical) => titles.get(vertical) ?? vertical),
      },
      ...flagSections(detection.flags, asked.together ?? []),
      ...(chosen.length > 0 ? [] : [{ title: "If none applies", lines: [NO_VERTICAL] }]),
    ],
    fields: [
      {
        id: "verticals",
        type: "multi",
        label: "Which of these apply to this customer?",
        help: "Several may apply at once; their requirements are added together.",
        required: true,
        options: [
          ...choices.map(({ id, title, product }) => ({
            id,
            label: short(product === undefined ? title : `${title} (${product})`, 75),
          })),
          { id: "none", label: "None of these apply" },
        ],
        ...(none ? { value: ["none"] } : chosen.length > 0 ? { value: chosen } : {}),
      },
    ],
    submit: "Confirm",
    command: { type: "ConfirmVerticals", migration: record.id },
    footnote: KEEP_OUT,
  };
}

function proposed({ auto, ask }: Detection): readonly string[] {
  const likely = ask.filter((question) => question.default === "yes");
  return [...new Set([...auto, ...likely.map(({ vertical }) => vertical)])];
}

/** The proposal and go-live days, and their time zone. */
export function datesForm(record: MigrationRecord): Form {
  return {
    title: "Dates",
    intro: [
      {
        lines: [
          `Days are counted in the migration's time zone, ${record.timeZone}. A new date moves every start-by day.`,
          "Another time zone leaves the days as they are; they begin and end there.",
        ],
      },
    ],
    fields: [...dateFields(record.proposalOn, record.goLiveOn), zoneField(record.timeZone)],
    submit: "Save",
    command: { type: "SaveDates", migration: record.id },
  };
}

/** Which platform is proposed. */
export function platformForm(
  record: MigrationRecord,
  platforms: readonly Choice[] = PLATFORM_CHOICES,
): Form {
  return {
    title: "Platform",
    intro: [
      { lines: ["Requirements that depend on the platform are judged again after a change."] },
    ],
    fields: [platformField(platforms, record.platform)],
    submit: "Save",
    command: { type: "SavePlatform", migration: record.id },
  };
}

/** Confirms that a migration is finished; says what is still open. */
export function closeForm(view: MigrationView): Form {
  const { record } = view;
  const { done, of } = progressOf(view);
  const open = view.requirements.filter(
    ({ satisfied, definition }) => !satisfied && !definition.advisory,
  );
  return {
    title: "Close the migration",
    intro: [
      {
        title: short(record.customer, 100),
        lines: [
          `${done} of ${of} requirements are signed.`,
          open.length === 0
            ? "After closing, nothing can be changed any more. The closeout report stays available."
            : "A migration closes only when gate 5 passes. Still open:",
        ],
        ...(open.length === 0 ? {} : { checklist: openLines(open) }),
      },
    ],
    fields: [],
    submit: "Close",
    cancel: "Keep it open",
    command: { type: "ConfirmClose", migration: record.id },
  };
}

/** Cancels a migration that will not happen; asks why. */
export function cancelForm(record: MigrationRecord): Form {
  return {
    title: "Cancel the migration",
    intro: [
      {
        title: short(record.customer, 100),
        lines: ["Its record is kept, but nothing can be answered or signed any more."],
      },
    ],
    fields: [reasonField("Why is it cancelled?")],
    submit: "Cancel migration",
    cancel: "Keep it open",
    command: { type: "ConfirmCancel", migration: record.id },
    footnote: KEEP_OUT,
  };
}

/** A migration as a list to choose from shows it. */
export interface MigrationEntry {
  readonly id: MigrationId;
  readonly customer: string;
  readonly goLiveOn: Day | null;
}

const MOST_CHOICES = 100;

/** Asks which migration is meant; the choice goes on with what was asked for. */
export function migrationPicker(
  entries: readonly MigrationEntry[],
  next: string,
  words?: string,
): Message {
  const menu: Menu = {
    label: "Choose a migration",
    choices: entries.slice(0, MOST_CHOICES).map((entry) => ({
      label: entryLabel(entry),
      command: {
        type: "ChooseMigration",
        migration: entry.id,
        next,
        ...(words === undefined ? {} : { words }),
      },
    })),
  };
  const open = counted(entries.length, "migration is", "migrations are");
  return {
    headline: `Which migration do you mean? ${open} open.`,
    sections: [{ actions: [menu] }, ...leftOut(entries.length)],
    footnote: "In a channel that has a migration I know which one you mean.",
  };
}

/** Said where a channel has no migration yet. */
export function channelWithoutMigration(entries: readonly MigrationEntry[]): Message {
  const start = primary(button("Start a migration", { type: "StartMigration" }));
  if (entries.length === 0) {
    return {
      headline: "This channel has no migration yet. Start one, and I will lead you through it.",
      sections: [{ actions: [start, button("Help", { type: "ShowHelp" })] }],
    };
  }
  const menu: Menu = {
    label: "Bring a migration here",
    choices: entries.slice(0, MOST_CHOICES).map((entry) => ({
      label: entryLabel(entry),
      command: { type: "LinkChannel", migration: entry.id },
    })),
  };
  return {
    headline: "This channel has no migration yet. Start one here, or bring an open one here.",
    sections: [{ actions: [start, menu] }, ...leftOut(entries.length)],
  };
}

function entryLabel({ customer, goLiveOn }: MigrationEntry): string {
  return short(goLiveOn === null ? customer : `${short(customer, 50)}, go-live ${goLiveOn}`, 75);
}

function leftOut(count: number): readonly Section[] {
  return count <= MOST_CHOICES
    ? []
    : [{ lines: [`${count - MOST_CHOICES} more are not in this list.`] }];
}
