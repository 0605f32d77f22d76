/** Beginnings that stories share: a migration started, confirmed, and brought to the point where a story begins. */
import { DateTime } from "luxon";
import { addProofs, answerAll, signAs, type Way } from "./clear-requirement.ts";
import type { Answers } from "./good-answers.ts";
import type { Role, Stage, Talker } from "./talker.ts";

export interface StoryStage extends Stage {
  readonly userIds: Readonly<Record<Role, string>>;
  /** A new channel with everybody in it; the talkers speak there from now on. */
  enter(channel: string): Promise<void>;
}

const ZONE = "America/New_York";

/** The day so many days from today, where the customer is. */
export function day(offset: number): string {
  return DateTime.now().setZone(ZONE).plus({ days: offset }).toISODate() ?? "";
}

export function answersOf(stage: StoryStage): Answers {
  return { day, member: stage.userIds.compliance };
}

export async function start(
  engineer: Talker,
  about: { readonly customer: string; readonly industry: string; readonly dates?: object },
): Promise<void> {
  await engineer.command(`/compliance start ${about.customer}, ${about.industry}`);
  const dates = { proposal_on: day(14), go_live_on: day(60), ...about.dates };
  await engineer.submit({ time_zone: ZONE, ...dates });
  await engineer.press("Review and confirm");
}

export interface Confirming {
  readonly verticals: readonly string[];
  readonly facts?: Readonly<Record<string, string>>;
  /** Who signs the confirmation; nobody when a story does it itself. */
  readonly signers?: readonly Role[];
}

/** Confirms the verticals, answers the facts, and lets whoever has to sign it sign. */
export async function confirm(stage: StoryStage, what: Confirming): Promise<void> {
  const engineer = stage.as("engineer");
  await engineer.submit({ verticals: what.verticals });
  await engineer.submit({
    cards_by_phone: "no",
    patient_info: "no",
    gov: "no",
    students: "no",
    eu_people: "no",
    ...what.facts,
  });
  for (const role of what.signers ?? ["engineer"]) {
    await signAs(stage.as(role), "vertical_confirmed");
  }
}

/** A clinic under HIPAA, its verticals confirmed. */
export async function openClinic(stage: StoryStage, channel: string): Promise<void> {
  await stage.enter(channel);
  await start(stage.as("engineer"), { customer: `Clinic ${channel}`, industry: "medical clinic" });
  await confirm(stage, { verticals: ["HIPAA"], facts: { patient_info: "yes" } });
}

/** The requirement that most stories are about: one signer, one file, no written word. */
export const LOGGING: Way = {
  requirement: "audit_logging_enabled",
  files: ["retention_shot"],
  signers: ["compliance"],
};

/** A clinic whose audit logging is answered and proved, not yet requested. */
export async function readyToSign(stage: StoryStage, channel: string): Promise<void> {
  await openClinic(stage, channel);
  const engineer = stage.as("engineer");
  await answerAll(engineer, LOGGING.requirement, answersOf(stage));
  await addProofs(engineer, LOGGING, day);
}

/** A clinic whose audit logging waits for the compliance officer. */
export async function requested(stage: StoryStage, channel: string): Promise<void> {
  await readyToSign(stage, channel);
  await stage.as("engineer").command(`/compliance request ${LOGGING.requirement}`);
  const asked = new RegExp(`Your signature is asked for[^\\n]*Clinic ${channel}`);
  await stage.as("compliance").sees(asked);
}
