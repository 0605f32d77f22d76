/** What happened to a migration, one message each, for its thread. Answers themselves are never repeated there. */
import type { Fact } from "../../domain/facts.ts";
import type { RequirementName, SignOffId } from "../../domain/ids.ts";
import type { Dates } from "../../domain/migrations/read-dates.ts";
import { roleName } from "../../domain/people/role-names.ts";
import type { MigrationView } from "../../domain/requirements/view.ts";
import type { Message, Section } from "../message.ts";
import {
  counted,
  listed,
  meaningName,
  sentence,
  short,
  signedOffLine,
  stageName,
} from "../wording.ts";
import { verticalTitle } from "./overview.ts";

interface Happened {
  readonly view: MigrationView;
  readonly facts: readonly Fact[];
  readonly who: string;
}

type Said = string | Message | null;

/** One message for each thing that people want to find again; the answers of one go are counted together. */
export function historyOf({ view, facts, who }: Happened): readonly Message[] {
  const told = new Set<string>();
  return facts.flatMap((fact): readonly Message[] => {
    const said = saidOf({ view, facts, who }, fact);
    const message = typeof said === "string" ? { headline: said } : said;
    if (message === null || told.has(message.headline)) return [];
    told.add(message.headline);
    return [message];
  });
}

function saidOf(happened: Happened, fact: Fact): Said {
  return ofMigration(happened, fact) ?? ofContent(happened, fact) ?? ofSignature(happened, fact);
}

function ofMigration({ who, view }: Happened, fact: Fact): Said {
  switch (fact.type) {
    case "MigrationOpened":
      return `${who} opened the migration.`;
    case "VerticalsConfirmed":
      return fact.verticals.length === 0
        ? `${who} confirmed that no vertical applies.`
        : `${who} confirmed the verticals: ${listed(
            fact.verticals.map((vertical) => verticalTitle(view, vertical)),
            "and",
          )}.`;
    case "DatesChanged":
      return { headline: `${who} changed the days of the migration.`, sections: [dates(fact)] };
    case "TimeZoneCorrected":
      return { headline: zoneLine(who, fact), sections: [dates(view.record)] };
    case "PlatformChosen":
      return `${who} set the platform.`;
    case "ContactRecorded":
      return `${who} recorded the ${roleName(fact.role)}.`;
    case "WorkflowAdopted":
      return `${who} adopted the newer rules of ${verticalTitle(view, fact.vertical)}; ${counted(fact.reopened.length, "requirement was", "requirements were")} opened again.`;
    case "MigrationClosed":
      return `${who} closed the migration.`;
    case "MigrationCancelled":
      return `${who} cancelled the migration. Reason: ${sentence(fact.reason)}`;
    default:
      return null;
  }
}

function zoneLine(who: string, { from, to }: Extract<Fact, { type: "TimeZoneCorrected" }>) {
  return `${who} corrected the time zone from ${from} to ${to}: the days stay, and deadlines are counted there now.`;
}

function dates({ proposalOn, goLiveOn }: Dates): Section {
  return {
    fields: [
      { label: "Proposal", value: proposalOn === null ? "No day yet" : [{ day: proposalOn }] },
      { label: "Go-live", value: goLiveOn === null ? "No day yet" : [{ day: goLiveOn }] },
    ],
  };
}

function ofContent(happened: Happened, fact: Fact): Said {
  const { view, facts, who } = happened;
  switch (fact.type) {
    case "AnswerGiven": {
      const given = facts.filter(
        (other) => other.type === "AnswerGiven" && other.requirement === fact.requirement,
      );
      return `${who} gave ${counted(given.length, "answer")} to ${titleOf(view, fact.requirement)}.`;
    }
    case "EvidenceAdded":
      return `${who} added evidence to ${titleOf(view, fact.requirement)}.`;
    case "EvidenceRemoved":
      return `${who} removed evidence from ${titleOf(view, fact.requirement)}.`;
    case "AttestationReceived":
      return `${who} added the written word of the ${roleName(fact.role)} to ${titleOf(view, fact.requirement)}.`;
    case "RequirementReopened":
      return `${titleOf(view, fact.requirement)} is open again. Reason: ${sentence(fact.reason)}`;
    default:
      return null;
  }
}

function ofSignature({ view, who }: Happened, fact: Fact): Said {
  switch (fact.type) {
    case "SignOffRequested":
      return `${who} asked for a signature on ${titleOf(view, fact.requirement)}: that ${meaningName(fact.meaning)}.`;
    case "RequestClaimed":
      return {
        headline: `${who} is on it: ${titleOf(view, fact.requirement)}.`,
        sections: [{ lines: [["Until ", { time: fact.until, as: "date_time" }]] }],
      };
    case "RequestEnded":
      return endedText(view, who, fact);
    case "SignOffRecorded": {
      const signOff = view.requirements
        .flatMap(({ item }) => item.signOffs)
        .find(({ id }) => id === fact.signOffId);
      const at = signOff?.signedAt ?? view.now;
      const line = signedOffLine(fact.requirement, fact.personal.email, at);
      return {
        headline:
          fact.meaning === "requirement_met" ? line : `${line} (${meaningName(fact.meaning)})`,
        sections: [signOffNumber(fact.signOffId)],
      };
    }
    case "SignOffRevoked":
      return fact.kind === "undo"
        ? `${who} undid a signature on ${titleOf(view, fact.requirement)} within 30 seconds.`
        : `${who} revoked a signature on ${titleOf(view, fact.requirement)}; ${stageOf(view, fact.requirement)} is closed. Reason: ${sentence(fact.reason)}`;
    default:
      return null;
  }
}

/** By which an auditor gets the proof of it. */
export function signOffNumber(id: SignOffId): Section {
  return { fields: [{ label: "Number of the sign-off", value: [{ code: id }] }] };
}

function endedText(
  view: MigrationView,
  who: string,
  { as, requirement, reason }: Extract<Fact, { type: "RequestEnded" }>,
): Said {
  const title = titleOf(view, requirement);
  const why = reason === null ? "" : ` Reason: ${sentence(reason)}`;
  switch (as) {
    case "rejected":
      return `${who} rejected the request for ${title}.${why}`;
    case "changes_requested":
      return `${who} asked for changes to ${title}.${why}`;
    case "withdrawn":
      return `${who} withdrew the request for ${title}.`;
    case "superseded":
      return `The request for ${title} ended because its content changed.`;
    case "signed":
      return null;
  }
}

function titleOf(view: MigrationView, name: RequirementName): string {
  const found = view.requirements.find((requirement) => requirement.name === name);
  return found ? `“${short(found.definition.title, 80)}”` : name;
}

function stageOf(view: MigrationView, name: RequirementName): string {
  const found = view.requirements.find((requirement) => requirement.name === name);
  return `the gate of ${stageName(found?.definition.stage ?? 5)}`;
}
