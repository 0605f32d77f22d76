/** A person's own page, and the answer to `/compliance` alone in a channel with a migration. */
import type { SignOffRequest } from "../domain/migrations/record.ts";
import type { Person } from "../domain/people/person.ts";
import { mayWork } from "../domain/people/standing.ts";
import type { MigrationView, RequirementView } from "../domain/requirements/view.ts";
import type { Button, ChecklistLine, Home, Message, Section, Text } from "./message.ts";
import { type Gates, nextMessage } from "./migration.ts";
import { gateWords, noteLines } from "./sections/overview.ts";
import { button, markOf, primary, progressOf, stepOrDetails } from "./sections/steps.ts";
import { counted, short, stateName } from "./wording.ts";

export interface QueueEntry {
  readonly view: MigrationView;
  readonly requirement: RequirementView;
  readonly request: SignOffRequest | null;
}

export interface HomeInput {
  readonly person: Person;
  readonly overdue: readonly QueueEntry[];
  readonly waitingForMe: readonly QueueEntry[];
  readonly iWaitOn: readonly QueueEntry[];
  readonly migrations: readonly { readonly view: MigrationView; readonly gates: Gates }[];
  /** Messages that were given up; told to administrators. */
  readonly undelivered?: number;
}

/** My queue: overdue, waiting for me, I wait on, my migrations. */
export function homePage(input: HomeInput): Home {
  const { person, overdue, waitingForMe, iWaitOn, migrations } = input;
  return {
    headline: homeHeadline(input),
    sections: [
      queueSection("Overdue", overdue, "Nothing is overdue.", overdueLine),
      queueSection("Waiting for me", waitingForMe, noneWaiting(person), waitingLine),
      queueSection("I wait on", iWaitOn, "You have asked nobody for a signature.", askedLine),
      ...migrationSections(migrations, person),
      ...undeliveredSection(input.undelivered ?? 0),
      {
        actions: [
          ...(mayStart(person)
            ? [primary(button("Start a migration", { type: "StartMigration" }))]
            : []),
          button("People and roles", { type: "ShowPeople" }),
          button("Help", { type: "ShowHelp" }),
        ],
      },
    ],
  };
}

function undeliveredSection(count: number): readonly Section[] {
  if (count === 0) return [];
  const lines = [
    `${counted(count, "message")} could not be delivered. Whoever runs Cleargate sees why with compliance dead-letters, and sends them again from there.`,
  ];
  return [{ title: "Not delivered", lines }];
}

/** Guests read along: what they would be refused is not offered. */
function mayStart({ profile }: Person): boolean {
  return mayWork(profile) === null;
}

function homeHeadline({ person, overdue, waitingForMe, iWaitOn }: HomeInput): string {
  const first = short(person.profile.name, 40);
  const parts = [
    ...(overdue.length > 0 ? [`${overdue.length} overdue`] : []),
    ...(waitingForMe.length > 0 ? [`${waitingForMe.length} waiting for you`] : []),
    ...(iWaitOn.length > 0 ? [`${iWaitOn.length} you wait on`] : []),
  ];
  if (parts.length > 0) return `${first}: ${parts.join(", ")}.`;
  return mayStart(person)
    ? `${first}, nothing waits for you. Open a migration below or start a new one.`
    : `${first}, nothing waits for you.`;
}

function noneWaiting({ roles, profile }: Person): string {
  if (profile.kind !== "member") return "Nothing. Guests read along; only full members sign.";
  return roles.length === 0
    ? "Nothing. You hold no signing role yet; an administrator grants roles under “People and roles”."
    : "Nothing. Requests for your signature appear here.";
}

function queueSection(
  title: string,
  entries: readonly QueueEntry[],
  empty: string,
  line: (entry: QueueEntry) => ChecklistLine,
): Section {
  if (entries.length === 0) return { title, lines: [empty] };
  return { title: `${title} (${entries.length})`, checklist: entries.map(line) };
}

function named({ view, requirement }: QueueEntry, ...more: Exclude<Text, string>): Text {
  const { title } = requirement.definition;
  return [{ strong: short(view.record.customer, 60) }, `: ${title}`, ...more];
}

function overdueLine(entry: QueueEntry): ChecklistLine {
  const { view, requirement } = entry;
  return {
    mark: "blocked",
    text: named(entry, ...whatPassed(entry)),
    state: `overdue: ${stateName(requirement.state)}`,
    action: stepOrDetails(view, requirement),
  };
}

function whatPassed({ view, requirement }: QueueEntry): Exclude<Text, string> {
  const { startBy, dueOn, lateWhenOpened } = requirement.leadTime;
  if (dueOn !== null && dueOn < view.today) return [", was due on ", { day: dueOn }];
  if (lateWhenOpened) return [", should have started before this migration was opened"];
  return startBy === null ? [] : [", should have begun by ", { day: startBy }];
}

function waitingLine(entry: QueueEntry): ChecklistLine {
  const { view, requirement, request } = entry;
  const asked: Exclude<Text, string> =
    request === null
      ? rejectedWords(requirement)
      : [`, asked by ${short(request.by.name, 60)}, `, { time: request.at, as: "date_time" }];
  return {
    mark: markOf(requirement.state),
    text: named(entry, ...asked),
    state: stateName(requirement.state),
    action: stepOrDetails(view, requirement),
  };
}

function rejectedWords({ state, reason }: RequirementView): readonly string[] {
  if (state !== "rejected") return [];
  return [reason === null ? ", rejected" : `, rejected: ${short(reason, 200)}`];
}

function askedLine(entry: QueueEntry): ChecklistLine {
  const { view, requirement, request } = entry;
  const claim = request?.claim ?? null;
  const claimed: Exclude<Text, string> =
    claim === null || claim.until <= view.now
      ? []
      : [`, ${short(claim.by.name, 60)} is on it until `, { time: claim.until, as: "date_time" }];
  return {
    mark: "waiting",
    text: named(entry, ...claimed),
    state: stateName(requirement.state),
    action: withdrawOrShow(entry),
  };
}

function withdrawOrShow({ view, requirement, request }: QueueEntry): Button {
  const about = { migration: view.record.id, requirement: requirement.name };
  return request === null
    ? button("Details", { type: "ShowRequirement", ...about })
    : button("Withdraw", { type: "WithdrawRequest", ...about, request: request.id });
}

function migrationSections(
  migrations: HomeInput["migrations"],
  person: Person,
): readonly Section[] {
  if (migrations.length === 0) {
    const none = mayStart(person)
      ? "None yet. Type /compliance start in the channel of a customer, or press the button."
      : "None. Full members start migrations; /compliance status in a customer's channel shows how it stands.";
    return [{ title: "My migrations", lines: [none] }];
  }
  return migrations.map(({ view, gates }, index) => migrationSection(view, gates, index === 0));
}

function migrationSection(view: MigrationView, gates: Gates, isFirst: boolean): Section {
  const { record } = view;
  const { done, of } = progressOf(view);
  const goLive: Text = record.goLiveOn === null ? [] : ["Go-live ", { day: record.goLiveOn }, ". "];
  return {
    ...(isFirst ? { title: "My migrations" } : {}),
    lines: [[{ strong: short(record.customer, 100) }, ". ", ...goLive, gateWords(gates)]],
    progress: { done, of, label: `${done} of ${of} signed` },
    actions: [
      button("Next step", { type: "ShowNext", migration: record.id }),
      button("Status", { type: "ShowStatus", migration: record.id }),
    ],
  };
}

/** `/compliance` alone in a channel with a migration: progress, my next step, and the way to everything. */
export function channelHome(view: MigrationView, gates: Gates, person: Person): Message {
  const { record } = view;
  const migration = record.id;
  const { done, of } = progressOf(view);
  const next = nextMessage(view, person.id, person.roles);
  const notes = noteLines(view);
  return {
    headline: `${short(record.customer, 60)}: ${counted(of - done, "requirement")} left. ${gateWords(gates)}`,
    tone: done === of ? "good" : "attention",
    sections: [
      { progress: { done, of, label: `${done} of ${of} signed` } },
      { title: "Your next step", lines: [next.headline] },
      ...(next.sections ?? []).filter(({ actions }) => actions !== undefined),
      ...(notes.length === 0 ? [] : [{ title: "Please note", lines: notes }]),
      {
        actions: [
          button("Next", { type: "ShowNext", migration }),
          button("Status", { type: "ShowStatus", migration }),
          button("Gate 3", { type: "CheckGate", migration, stage: 3 }),
          button("Gate 5", { type: "CheckGate", migration, stage: 5 }),
          button("People", { type: "ShowPeople", migration }),
          button("Report", { type: "ShowReport", migration }),
          button("Help", { type: "ShowHelp" }),
        ],
      },
    ],
  };
}
