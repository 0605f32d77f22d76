/** Records of migrations under the shipped workflow files, with whatever people may have answered and signed. */
import path from "node:path";
import type { Day } from "../../src/domain/ids.ts";
import type { AnswerValue, Item, MigrationRecord } from "../../src/domain/migrations/record.ts";
import type { ViewInput } from "../../src/domain/requirements/view.ts";
import { viewMigration } from "../../src/domain/requirements/view-migration.ts";
import { addDays } from "../../src/domain/time/day.ts";
import type { Definition, Question, Requirement } from "../../src/domain/workflows/definition.ts";
import { readWorkflowFiles } from "../../src/store/workflow-files/read.ts";
import { fc } from "./properties.ts";
import {
  anAnswer,
  anAttestation,
  anItem,
  aRecord,
  aRequest,
  aSignOff,
  aViewInput,
  evidenceId,
  instant,
  MANAGER,
  named,
  OFFICER,
  requestId,
  signerOf,
  signOffId,
  someEvidence,
  TODAY,
} from "./records.ts";

/** The workflow files of the product, read anew: nothing has been remembered of them yet. */
export function readShipped(): readonly Definition[] {
  const read = readWorkflowFiles(path.resolve("workflows"));
  if ("problems" in read) throw new Error("the shipped workflow files cannot be read");
  return read.definitions;
}

/** Numbers from 0 up to 1, of which a record makes its choices. */
export const chances = fc.infiniteStream(
  fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
);

interface Dice {
  /** True so often. */
  is(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
  day(): Day;
}

export function diceOf(stream: Iterator<number>): Dice {
  const roll = (): number => stream.next().value ?? 0;
  return {
    is: (probability) => roll() < probability,
    pick: (from) => {
      const chosen = from[Math.floor(roll() * from.length)];
      if (chosen === undefined) throw new Error("nothing to choose from");
      return chosen;
    },
    day: () => addDays(TODAY, Math.floor(roll() * 800) - 600),
  };
}

/** A migration under every shipped definition, and what the rules look at with it. */
export function someInput(dice: Dice, definitions: readonly Definition[]): ViewInput {
  const requirements = definitions.flatMap(({ workflow }) => workflow.requirements);
  const record = aRecord(definitions, {
    proposalOn: dice.day(),
    goLiveOn: dice.day(),
    gate3PassedAt: dice.is(0.5) ? instant("2026-11-15T10:00:00Z") : null,
    items: requirements.filter(() => dice.is(0.9)).map((each) => someItem(dice, each)),
  });
  const unsigned = aViewInput(record, definitions);
  return { ...unsigned, record: { ...record, items: signSome(dice, unsigned) } };
}

function someItem(dice: Dice, requirement: Requirement): Item {
  const requirementName = named(requirement.name);
  return anItem({
    requirement: requirementName,
    answers: requirement.ask
      .filter(() => dice.is(0.9))
      .map((question) => anAnswer(question.id, someValue(dice, question))),
    evidence: requirement.evidence
      .filter(() => dice.is(0.8))
      .map(({ id }, n) => someEvidence({ id: evidenceId(n + 1), slot: id })),
    attestations: requirement.sign_off.attestations
      .filter(() => dice.is(0.8))
      .map(({ from }, n) =>
        anAttestation({ id: evidenceId(50 + n), role: dice.pick(from), confirmedOn: dice.day() }),
      ),
  });
}

function someValue(dice: Dice, question: Question): AnswerValue {
  const ids = (question.options ?? []).map(({ id }) => id);
  if (question.type === "choice") return dice.pick(ids);
  if (question.type === "multi") return ids.filter(() => dice.is(0.5));
  if (question.type === "date") return dice.day();
  return question.type === "number" ? dice.pick([0, 1, 30, 100]) : "Something.";
}

/** Signatures and requests on what the view says now, and some on what it said before. */
function signSome(dice: Dice, input: ViewInput): MigrationRecord["items"] {
  return viewMigration(input).requirements.map(({ item, approvals }) => {
    const contentHash = approvals.requirement_met?.contentHash;
    if (!contentHash || dice.is(0.2)) return item;
    const ended = { as: "signed", by: MANAGER_ACTOR, at: SIGNED_AT, reason: null } as const;
    const request = aRequest({ id: requestId(1), contentHash, ended: dice.is(0.8) ? ended : null });
    const roles = ["compliance_officer", "engineering_manager", "legal_counsel"] as const;
    const signOffs = [OFFICER, MANAGER]
      .filter(() => dice.is(0.8))
      .map((person, n) =>
        aSignOff({
          id: signOffId(n + 1),
          contentHash,
          role: dice.pick(roles),
          signer: signerOf(person),
        }),
      );
    return { ...item, version: dice.is(0.1) ? 2 : item.version, requests: [request], signOffs };
  });
}

const SIGNED_AT = instant("2026-11-14T10:00:00Z");
const MANAGER_ACTOR = signerOf(MANAGER);
