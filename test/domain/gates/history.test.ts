import { describe, expect, it } from "vitest";
import { decideEvidence, decideEvidenceRemoval } from "../../../src/domain/evidence/decide.ts";
import type { Fact } from "../../../src/domain/facts.ts";
import { gateOf } from "../../../src/domain/gates/gate.ts";
import type { Instant, RequirementName } from "../../../src/domain/ids.ts";
import type { Meaning, MigrationRecord } from "../../../src/domain/migrations/record.ts";
import type { Person } from "../../../src/domain/people/person.ts";
import { isRefusal, type Refusal } from "../../../src/domain/refusal.ts";
import { readAnswers } from "../../../src/domain/requirements/read-answers.ts";
import type { MigrationView } from "../../../src/domain/requirements/view.ts";
import { decideNotApplicable, decideWaiver } from "../../../src/domain/sign-offs/exceptions.ts";
import {
  decideChangesAsked,
  decideRejection,
  decideRequest,
  decideWithdrawal,
} from "../../../src/domain/sign-offs/request.ts";
import { decideRevocation, decideUndo } from "../../../src/domain/sign-offs/revoke.ts";
import { decideSignOff } from "../../../src/domain/sign-offs/sign.ts";
import { addDays, dayOf, plusSeconds } from "../../../src/domain/time/day.ts";
import { aBaseline, aChoice, aDefinition, aRequirement } from "../../support/definitions.ts";
import { evolve } from "../../support/history.ts";
import { fc } from "../../support/properties.ts";
import {
  actorOf,
  answered,
  aPerson,
  aRecord,
  aSignOff,
  aView,
  aViewInput,
  contentOf,
  digest,
  ENGINEER,
  evidenceId,
  MANAGER,
  NOW,
  named,
  OFFICER,
  requestId,
  requirementOf,
  signOffId,
} from "../../support/records.ts";
import { emptyShadow, fold, isClear } from "./reference.ts";

/** Two who may sign alone, one who holds both roles, and the officer's second account. */
const PEOPLE: readonly Person[] = [
  ENGINEER,
  OFFICER,
  MANAGER,
  aPerson(4, { roles: ["compliance_officer", "engineering_manager"] }),
  aPerson(5, { email: "Person2@ours.example", roles: ["engineering_manager"] }),
];

const both = [{ role: "compliance_officer" as const }, { role: "engineering_manager" as const }];
const shared = {
  ask: [
    aChoice({
      id: "ready",
      outcomes: [
        {
          when: { field: "ready", op: "eq" as const, value: "no" },
          effect: "block" as const,
          message: "Not ready.",
        },
      ],
    }),
  ],
  evidence: [{ id: "proof", label: "Proof" }],
  waiver: { signers: both, only_for: ["A late customer."], max_days: 90 },
  not_applicable: { only_for: ["Nothing to do."] },
};
const DEFINITIONS = [
  aBaseline(),
  aDefinition({
    vertical: "HIPAA",
    requirements: [
      aRequirement({ name: "plan", ...shared, sign_off: { signers: both } }),
      aRequirement({
        name: "late",
        stage: 5,
        ...shared,
        sign_off: { signers: both, quorum: "any" },
      }),
    ],
  }),
];
const NAMES = [named("plan"), named("late")];

const step = fc.record({
  act: fc.constantFrom(
    "answer",
    "answer",
    "prove",
    "prove",
    "remove",
    "ask",
    "waive",
    "exempt",
    "sign",
    "sign",
    "sign",
    "sign",
    "sign",
    "undo",
    "revoke",
    "reject",
    "change",
    "withdraw",
    "wait",
  ),
  who: fc.integer({ min: 0, max: PEOPLE.length - 1 }),
  name: fc.constantFrom(...NAMES),
  value: fc.constantFrom("yes", "yes", "yes", "no"),
  meaning: fc.constantFrom<Meaning>(
    "requirement_met",
    "requirement_met",
    "waiver",
    "not_applicable",
  ),
  days: fc.integer({ min: 0, max: 20 }),
});
interface Step {
  readonly act: string;
  readonly who: number;
  readonly name: RequirementName;
  readonly value: string;
  readonly meaning: Meaning;
  readonly days: number;
}

const usual = { value: "yes", days: 10 };

/** Answered and proven by the engineer, asked for, then signed. */
function way(
  name: RequirementName,
  [act, meaning]: readonly [string, Meaning],
  signers: readonly number[],
): readonly Step[] {
  return [
    { ...usual, act: "answer", who: 0, name, meaning },
    { ...usual, act: "prove", who: 0, name, meaning },
    { ...usual, act, who: 0, name, meaning },
    ...signers.map((who) => ({ ...usual, act: "sign", who, name, meaning })),
  ];
}

/** The ways that lead somewhere, which chance alone would hardly find. */
const ways = fc
  .record({
    name: fc.constantFrom(...NAMES),
    by: fc.constantFrom<readonly [string, Meaning]>(
      ["ask", "requirement_met"],
      ["waive", "waiver"],
      ["exempt", "not_applicable"],
    ),
    signers: fc.constantFrom([1, 2], [2, 1], [3, 2], [1, 4], [3, 1], [3, 3]),
  })
  .map(({ name, by, signers }) => way(name, by, signers));
const histories = fc
  .array(
    fc.oneof({ weight: 2, arbitrary: step.map((one) => [one]) }, { weight: 3, arbitrary: ways }),
    {
      minLength: 3,
      maxLength: 14,
    },
  )
  .map((parts) => parts.flat());

interface World {
  readonly record: MigrationRecord;
  readonly now: Instant;
}

function startingWorld(): World {
  const item = answered("vertical_confirmed", { cards: "no" });
  const fresh = aRecord(DEFINITIONS, { items: [item] });
  const contentHash = contentOf(requirementOf(aView(fresh, DEFINITIONS), "vertical_confirmed"));
  const signOffs = [aSignOff({ id: signOffId(999), contentHash, role: "member" })];
  return { record: aRecord(DEFINITIONS, { items: [{ ...item, signOffs }] }), now: NOW };
}

/** What a step causes; a refusal causes nothing. */
function decide(
  view: MigrationView,
  one: Step,
  n: number,
): { readonly facts: readonly Fact[] } | Refusal {
  const person = PEOPLE[one.who] ?? ENGINEER;
  const { name: requirement, meaning } = one;
  const { roles } = person;
  const item = requirementOf(view, requirement);
  const open = item.item.requests.find(({ ended }) => ended === null)?.id ?? requestId(0);
  const asked = {
    view,
    requirement,
    requestId: requestId(n),
    reason: "It is late.",
    heldRoles: new Set(roles),
  };
  const everybody = { ...asked, heldRoles: new Set(PEOPLE.flatMap((each) => each.roles)) };
  const decision = { view, requirement, requestId: open, person, roles, reason: "Look again." };
  const last = item.item.signOffs.findLast(({ revoked }) => revoked === null)?.id ?? signOffId(0);
  switch (one.act) {
    case "answer":
      return readAnswers({ view, requirement, page: 0, values: new Map([["ready", one.value]]) });
    case "prove":
      return decideEvidence({
        view,
        requirement,
        slot: "proof",
        evidenceId: evidenceId(n),
        file: { name: "a.pdf", sha256: digest("a"), bytes: 1, link: null },
        link: "",
        sha256: "",
        name: "",
        heldOn: "",
      });
    case "remove":
      return decideEvidenceRemoval({
        view,
        requirement,
        evidenceId: item.item.evidence[0]?.id ?? evidenceId(0),
      });
    case "ask":
      return decideRequest({ ...everybody, meaning: "requirement_met" });
    case "waive":
      return decideWaiver({ ...everybody, expiresOn: addDays(view.today, one.days) });
    case "exempt":
      return decideNotApplicable(everybody);
    case "sign":
      return decideSignOff({
        view,
        requirement,
        meaning,
        contentHash: item.approvals[meaning]?.contentHash ?? digest("0"),
        signer: { person, roles },
        signOffId: signOffId(n),
        consent: "I do.",
        ourDomains: [],
      });
    case "undo":
      return decideUndo({ view, signOffId: last, person });
    case "revoke":
      return decideRevocation({ view, signOffId: last, person, roles, reason: "Wrong." });
    case "reject":
      return decideRejection(decision);
    case "change":
      return decideChangesAsked(decision);
    case "withdraw":
      return decideWithdrawal(decision);
    default:
      return { facts: [] };
  }
}

/** The verdicts of both gates after a step, as the rules and as the reference see them. */
interface Seen {
  readonly rules: readonly string[];
  readonly reference: readonly string[];
}

function play(steps: readonly Step[]): readonly Seen[] {
  const plan = emptyShadow();
  const late = emptyShadow();
  let { record, now } = startingWorld();
  return steps.flatMap((one, index): readonly Seen[] => {
    now = plusSeconds(now, one.act === "wait" ? one.days * 86_400 : 10);
    const person = PEOPLE[one.who] ?? ENGINEER;
    const decided = decide(aView(record, DEFINITIONS, { now }), one, index + 1);
    if (isRefusal(decided)) return [];
    record = evolve(record, decided.facts, { by: actorOf(person), at: now });
    for (const fact of decided.facts) fold(one.name === "plan" ? plan : late, fact, person);
    const today = dayOf(now, record.timeZone);
    const early = isClear(named("plan"), plan, today);
    const all = early && isClear(named("late"), late, today);
    const input = aViewInput(record, DEFINITIONS, { now });
    return [
      {
        rules: [gateOf(input, 3).verdict, gateOf(input, 5).verdict],
        reference: [early, all].map((clear) => (clear ? "pass" : "blocked")),
      },
    ];
  });
}

describe("over any history", () => {
  it("a gate passes exactly when every requirement up to its stage is signed, waived or set aside by enough people", () => {
    const seen: Seen[] = [];

    fc.assert(
      fc.property(histories, (steps) => {
        const verdicts = play(steps);
        seen.push(...verdicts);

        for (const { rules, reference } of verdicts) expect(rules).toEqual(reference);
      }),
      {
        numRuns: 30,
        examples: [
          [
            [
              ...way(named("plan"), ["ask", "requirement_met"], [1, 2]),
              ...way(named("late"), ["waive", "waiver"], [1, 2]),
            ],
          ],
        ],
      },
    );

    for (const verdict of ["pass,pass", "pass,blocked", "blocked,blocked"]) {
      expect(seen.filter(({ rules }) => rules.join() === verdict).length).toBeGreaterThan(0);
    }
  });

  it("each change of an answer or of evidence makes a new content hash, and takes signatures away", () => {
    const values = fc.array(fc.constantFrom("yes", "no", "unsure"), {
      minLength: 2,
      maxLength: 12,
    });

    fc.assert(
      fc.property(values, (answers) => {
        let record = startingWorld().record;
        const hashes: string[] = [];
        let changes = 0;
        for (const value of answers) {
          const view = aView(record, DEFINITIONS);
          const read = readAnswers({
            view,
            requirement: named("plan"),
            page: 0,
            values: new Map([["ready", value]]),
          });
          if (isRefusal(read)) throw new Error(read.refused);
          changes += Math.min(read.facts.length, 1);
          record = evolve(record, read.facts, { by: actorOf(ENGINEER), at: NOW });
          const contentHash = contentOf(requirementOf(aView(record, DEFINITIONS), "plan"));
          if (read.facts.length > 0) hashes.push(contentHash);
        }

        expect(new Set(hashes).size).toBe(changes);
      }),
    );
  });
});
