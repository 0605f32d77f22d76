/** What may happen to a migration as a whole: opened, its verticals confirmed, dated, moved to a newer file, ended. */
import type { Fact, MigrationFact } from "../facts.ts";
import type { GateVerdict } from "../gates/verdict.ts";
import { type Instant, type MigrationId, RequirementName } from "../ids.ts";
import { type ExternalLines, readExternal } from "../people/external-person.ts";
import { ExternalRole } from "../people/person.ts";
import { readReason } from "../people/reason.ts";
import { readLine } from "../people/typed-text.ts";
import { PLATFORMS } from "../platforms/platform.ts";
import { isRefusal, type Refusal } from "../refusal.ts";
import { VERTICAL_CONFIRMED } from "../requirements/content-hash.ts";
import type { MigrationView } from "../requirements/view.ts";
import { isTimeZone } from "../time/day.ts";
import { changedRequirements } from "../workflows/compare.ts";
import type { Definition } from "../workflows/definition.ts";
import { whyLookAgain } from "./industry.ts";
import { readDates } from "./read-dates.ts";
import { type ChannelRef, itemOf } from "./record.ts";
import { supersede } from "./superseded.ts";

type Decided = readonly Fact[] | Refusal;

/** Chosen in a form where nothing is chosen yet. */
const UNDECIDED = "undecided";
const NONE = "none";

/** Opens a migration from the fields of its form. */
export function decideOpen(opening: {
  readonly migrationId: MigrationId;
  readonly values: Readonly<Record<string, unknown>>;
  readonly channel: ChannelRef | null;
  readonly now: Instant;
}): { readonly facts: readonly MigrationFact[]; readonly industry: string } | Refusal {
  const typed = (field: string): string => {
    const value = opening.values[field];
    return typeof value === "string" ? value : "";
  };
  const customer = readLine(typed("customer"));
  const industry = readLine(typed("industry"));
  if (industry.text === "") return { refused: "industry_needed" };
  const timeZone = typed("time_zone");
  const platform = readPlatform(typed("platform"));
  const problems = {
    ...problemOf(
      "customer",
      customer.text === "" ? "Write the customer's name." : customer.problem,
    ),
    ...problemOf("industry", industry.problem),
    ...problemOf("time_zone", zoneProblem(timeZone)),
    ...problemOf("platform", platform === undefined ? "Choose one of the platforms." : null),
  };
  if (customer.text === null || industry.text === null || Object.keys(problems).length > 0) {
    return { refused: "invalid_answers", fields: problems };
  }
  const dates = readDates({ proposalOn: typed("proposal_on"), goLiveOn: typed("go_live_on") });
  if (isRefusal(dates)) return dates;
  const opened: MigrationFact = {
    type: "MigrationOpened",
    migrationId: opening.migrationId,
    industry: industry.text,
    timeZone,
    platform: platform ?? null,
    ...dates,
    channel: opening.channel,
    personal: { customer: customer.text },
  };
  return { facts: [opened], industry: industry.text };
}

/**
 * Confirms which verticals apply and pins the workflow files of this moment. A vertical that stays keeps its file;
 * a changed choice opens the confirmation again, and the same one is recorded where it had to be looked at again.
 */
export function decideVerticals(choice: {
  readonly view: MigrationView;
  readonly chosen: readonly string[];
  readonly workflows: readonly Definition[];
}): Decided {
  const { record } = choice.view;
  if (record.state !== "open") return { refused: "migration_not_open", state: record.state };
  const verticals = readVerticals(choice.chosen, choice.workflows);
  if (isRefusal(verticals)) return verticals;
  const isSame = record.verticals !== null && isSameSet(record.verticals, verticals);
  if (isSame && whyLookAgain(record) === null) return [];
  return [
    {
      type: "VerticalsConfirmed",
      migrationId: record.id,
      verticals,
      definitions: pins(choice.view, verticals, choice.workflows),
    },
    ...(record.verticals === null || isSame
      ? []
      : reopen(choice.view, [VERTICAL_CONFIRMED], "The confirmed verticals changed.")),
  ];
}

/** The two days, and the time zone that they are counted in; without a zone it stays. */
export function decideDates(change: {
  readonly view: MigrationView;
  readonly proposalOn: string;
  readonly goLiveOn: string;
  readonly timeZone?: string;
}): Decided {
  const { record } = change.view;
  if (record.state !== "open") return { refused: "migration_not_open", state: record.state };
  const dates = readDates(change);
  if (isRefusal(dates)) return dates;
  const { id: migrationId, timeZone: from } = record;
  const to = change.timeZone ?? "";
  const problem = to === "" ? null : zoneProblem(to);
  if (problem !== null) return { refused: "invalid_answers", fields: { time_zone: problem } };
  const isSame = dates.proposalOn === record.proposalOn && dates.goLiveOn === record.goLiveOn;
  return [
    ...(isSame ? [] : [{ type: "DatesChanged", migrationId, ...dates } as const]),
    ...(to === "" || to === from
      ? []
      : [{ type: "TimeZoneCorrected", migrationId, from, to } as const]),
  ];
}

function zoneProblem(zone: string): string | null {
  return isTimeZone(zone) ? null : "Choose the customer's time zone.";
}

export function decidePlatform(change: {
  readonly view: MigrationView;
  readonly platform: string;
}): Decided {
  const { record } = change.view;
  if (record.state !== "open") return { refused: "migration_not_open", state: record.state };
  const platform = readPlatform(change.platform);
  if (platform === undefined || platform === null) {
    return {
      refused: "invalid_answers",
      fields: { platform: "Choose one of the platforms." },
    };
  }
  if (platform === record.platform) return [];
  return [{ type: "PlatformChosen", migrationId: record.id, platform }];
}

/** Ends a migration that may go live: only an open gate 5 lets it. */
export function decideClose(closing: {
  readonly view: MigrationView;
  readonly gate: GateVerdict;
}): Decided {
  const { record } = closing.view;
  const { gate } = closing;
  if (record.state !== "open") return { refused: "migration_not_open", state: record.state };
  if (gate.verdict === "pass" && gate.stage === 5) {
    return [{ type: "MigrationClosed", migrationId: record.id }];
  }
  const open = gate.verdict === "pass" ? [] : gate.unsatisfied;
  const unsatisfied = open.map(({ requirement, title }) => requirement ?? title);
  return { refused: "gate_blocked", stage: 5, unsatisfied };
}

export function decideCancel(cancelling: {
  readonly view: MigrationView;
  readonly reason: string;
}): Decided {
  const { record } = cancelling.view;
  if (record.state !== "open") return { refused: "migration_not_open", state: record.state };
  const reason = readReason(cancelling.reason);
  if (isRefusal(reason)) return reason;
  return [{ type: "MigrationCancelled", migrationId: record.id, reason }];
}

/** Moves to the newest file of a vertical. Requirements that read otherwise open again; the others keep their signatures. */
export function decideAdoption(adoption: {
  readonly view: MigrationView;
  readonly vertical: string;
  /** The definitions that the migration has now. */
  readonly definitions: readonly Definition[];
}): Decided {
  const { view, vertical } = adoption;
  const { record, outdated } = view;
  if (record.state !== "open") return { refused: "migration_not_open", state: record.state };
  const newest = outdated.find((entry) => entry.vertical === vertical)?.newest;
  const from = record.definitions.find((pin) => pin.vertical === vertical)?.hash;
  if (!newest || from === undefined) return { refused: "nothing_to_adopt" };
  const before = adoption.definitions.find(({ hash }) => hash === from);
  const touched = record.items.map(({ requirement }) => requirement);
  const changed = before
    ? changedRequirements(before, newest).filter((name) => touched.includes(name))
    : touched.filter((name) => newest.workflow.requirements.some((one) => one.name === name));
  return [
    {
      type: "WorkflowAdopted",
      migrationId: record.id,
      vertical,
      from,
      to: newest.hash,
      reopened: changed,
    },
    ...changed.flatMap((requirement) =>
      supersede(
        { migrationId: record.id, requirement },
        itemOf(record, requirement),
        "A newer workflow version asks otherwise.",
      ),
    ),
  ];
}

/** Keeps a person outside, so that nobody has to type them twice. */
export function decideContact(contact: {
  readonly view: MigrationView;
  readonly role: string;
  readonly contact: ExternalLines;
}): Decided {
  const { record } = contact.view;
  if (record.state !== "open") return { refused: "migration_not_open", state: record.state };
  const role = ExternalRole.safeParse(contact.role);
  const { person, problems } = readExternal(contact.contact);
  if (!role.success || Object.keys(problems).length > 0) {
    return {
      refused: "invalid_answers",
      fields: { ...problems, ...problemOf("role", role.success ? null : "Choose a role.") },
    };
  }
  return [{ type: "ContactRecorded", migrationId: record.id, role: role.data, personal: person }];
}

function readVerticals(
  chosen: readonly string[],
  workflows: readonly Definition[],
): readonly string[] | Refusal {
  const wanted = [...new Set(chosen)];
  if (wanted.length === 0) {
    const says = "Choose what applies, or that none of these applies.";
    return { refused: "invalid_answers", fields: { verticals: says } };
  }
  if (wanted.includes(NONE)) return wanted.length === 1 ? [] : { refused: "none_beside_others" };
  const known = workflows
    .filter(({ workflow }) => !workflow.always)
    .toSorted((a, b) => a.workflow.order - b.workflow.order)
    .map(({ workflow }) => workflow.vertical);
  const unknown = wanted.find((vertical) => !known.includes(vertical));
  if (unknown !== undefined) return { refused: "definition_missing", vertical: unknown };
  return known.filter((vertical) => wanted.includes(vertical));
}

function pins(
  { record }: MigrationView,
  verticals: readonly string[],
  workflows: readonly Definition[],
): readonly { readonly vertical: string; readonly hash: string }[] {
  return workflows
    .filter(({ workflow }) => workflow.always || verticals.includes(workflow.vertical))
    .map(({ hash, workflow: { vertical } }) => {
      const kept = record.definitions.find((pin) => pin.vertical === vertical);
      return { vertical, hash: kept?.hash ?? hash };
    });
}

function reopen(
  { record }: MigrationView,
  names: readonly string[],
  reason: string,
): readonly Fact[] {
  return names
    .map((name) => RequirementName.parse(name))
    .flatMap((requirement): readonly Fact[] => {
      const of = { migrationId: record.id, requirement };
      const superseded = supersede(of, itemOf(record, requirement), reason);
      return [{ type: "RequirementReopened", ...of, reason }, ...superseded];
    });
}

/** Undefined for a platform that we do not sell. */
function readPlatform(chosen: string): string | null | undefined {
  if (chosen === "" || chosen === UNDECIDED) return null;
  return PLATFORMS.find(({ id }) => id === chosen)?.id;
}

function problemOf(field: string, sentence: string | null): Readonly<Record<string, string>> {
  return sentence === null ? {} : { [field]: sentence };
}

function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((entry) => b.includes(entry));
}
