import { describe, expect, test } from "vitest";
import type { Fact } from "../../src/domain/facts.ts";
import { Day, Instant, SignOffId } from "../../src/domain/ids.ts";
import type { RequestEnding, SignOff, SignOffRequest } from "../../src/domain/migrations/record.ts";
import type {
  Approval,
  MigrationView,
  RequirementView,
} from "../../src/domain/requirements/view.ts";
import { requestInBrief } from "../../src/messages/sections/request.ts";
import * as signOff from "../../src/messages/sign-off.ts";
import {
  anAttestation,
  anEvidence,
  anItem,
  aPerson,
  aRequest,
  aSignOff,
  aView,
  BAA,
  CAROL,
  DANA,
  HASH,
  MIGRATION,
  NOW,
  requirementOf,
  uuid,
  withRequirement,
} from "./builders.ts";
import { commandsOf, linesOf } from "./walk.ts";

/** The BAA with one answer, one piece of evidence and one warning. */
function anAnsweredBaa(): { view: MigrationView; requirement: RequirementView } {
  const plain = requirementOf(aView(), BAA);
  const [first, ...others] = plain.pages;
  const pages = [
    (first ?? []).map((asked) => ({
      ...asked,
      answer: { question: asked.question.id, value: "yes", by: DANA, at: NOW },
    })),
    ...others,
  ];
  const [slot] = plain.evidence;
  const view = withRequirement(aView(), BAA, {
    pages,
    evidence: slot ? [{ ...slot, given: [anEvidence()], met: true }] : [],
    fired: [
      {
        question: "hipaa_tier",
        outcome: {
          when: { field: "a", op: "eq", value: 1 },
          effect: "warn",
          message: "Look twice.",
        },
      },
    ],
  });
  return { view, requirement: requirementOf(view, BAA) };
}

function approvalOf(requirement: RequirementView): Approval {
  const approval = requirement.approvals.requirement_met;
  if (!approval) throw new Error("an approval is in force");
  return { ...approval, contentHash: HASH };
}

describe("the ceremony", () => {
  const { view, requirement } = anAnsweredBaa();
  const approval = approvalOf(requirement);
  const form = signOff.ceremonyForm({
    view,
    requirement,
    approval: {
      ...approval,
      attestations: approval.attestations.map((each) => ({ ...each, met: anAttestation() })),
    },
    consent: "I have seen the letter.",
    signer: aPerson(CAROL, ["compliance_officer"]),
    told: ["Dana", "the migration's channel"],
  });
  const lines = linesOf(form);

  test.each([
    ["the requirement", "Requirement: hipaa_baa_signed"],
    ["the migration", `Migration: ${MIGRATION}`],
    ["the customer", "Customer: Mercy Clinic"],
    ["each answer in words", "Is the tenant provisioned on the HIPAA / BAA tier?: Yes"],
    ["each warning", "Look twice."],
    ["the sentence being signed", "I have seen the letter."],
    ["who will be told", "These will be told: Dana, the migration's channel."],
    ["who signs", "You sign as: Carol, carol@example.com"],
    ["what is hashed", `Content (SHA-256): ${HASH}`],
  ])("shows %s", (_, line) => {
    expect(lines).toContain(line);
  });

  test("shows the evidence with its hash", () => {
    expect(lines.join("\n")).toContain(`BAA.pdf, SHA-256 ${HASH}`);
  });

  test("signs exactly what was shown, in chat and in the terminal", () => {
    const signed = {
      migration: MIGRATION,
      requirement: BAA,
      meaning: "requirement_met",
      contentHash: HASH,
    };

    expect(form.command).toEqual({ type: "SignOff", ...signed });
    expect(commandsOf(form)).toContainEqual({
      label: "Sign in the terminal",
      command: { type: "SignInTerminal", ...signed },
    });
    expect(form.submit).toBe("Sign");
  });
});

describe("a request's card", () => {
  const { view, requirement } = anAnsweredBaa();
  const card = (over: Partial<SignOffRequest> = {}) =>
    signOff.requestCard({ view, requirement, request: aRequest(over) });

  test("offers to sign, to claim, to ask for changes and to reject", () => {
    expect(commandsOf(card()).map(({ command }) => command.type)).toEqual([
      "ReviewSignOff",
      "ClaimRequest",
      "AskForChanges",
      "RejectRequest",
    ]);
  });

  test("says who is on it, until the claim has run out", () => {
    const claimed = (until: string) =>
      linesOf(card({ claim: { by: CAROL, until: Instant.parse(until) } })).join("\n");

    expect(claimed("2026-03-02T15:30:00Z")).toContain("Carol is on it until 2026-03-02T15:30:00Z");
    expect(claimed("2026-03-02T14:59:00Z")).not.toContain("on it");
  });

  test.each<[RequestEnding, string]>([
    ["signed", "signed by Carol."],
    ["rejected", "rejected by Carol. The date is missing."],
    ["changes_requested", "sent back for changes by Carol. The date is missing."],
    ["withdrawn", "withdrawn by Carol."],
    ["superseded", "closed, because the content changed."],
  ])("that ended as %s says so in words and has no buttons", (as, words) => {
    const reason = words.includes("date") ? "the date is missing" : null;

    const ended = card({ ended: { as, by: CAROL, at: NOW, reason } });

    expect(ended.headline).toContain(words);
    expect(commandsOf(ended)).toEqual([]);
  });

  test("never shows restricted answers or evidence: it stands in a channel", () => {
    const secret = requirement.pages.map((page) =>
      page.map((asked) => ({ ...asked, question: { ...asked.question, restricted: true } })),
    );
    const evidence = requirement.evidence.map((entry) => ({
      ...entry,
      slot: { ...entry.slot, restricted: true },
    }));
    const ask = requirement.definition.ask.map((question) => ({ ...question, restricted: true }));
    const definition = { ...requirement.definition, ask };
    const restricted = withRequirement(view, BAA, { pages: secret, evidence, definition });

    const lines = linesOf(
      signOff.requestCard({
        view: restricted,
        requirement: requirementOf(restricted, BAA),
        request: aRequest(),
      }),
    ).join("\n");

    expect(lines).not.toContain("HIPAA / BAA tier");
    expect(lines).not.toContain("Fully executed BAA");
    expect(lines).not.toContain("Look twice.");
    expect(linesOf(card()).join()).toContain("Look twice.");
    expect(lines).not.toMatch(/counsel/i);
  });

  test("tells those asked that it is their signature, and the requester the result", () => {
    const ended = aRequest({ ended: { as: "rejected", by: CAROL, at: NOW, reason: "Too old." } });

    expect(signOff.requestToSigner({ view, requirement, request: aRequest() }).headline).toContain(
      "Your signature is asked for",
    );
    expect(signOff.resultToRequester({ view, requirement, request: ended }).headline).toMatch(
      /^Your request for .*: rejected by Carol\. Too old\.$/,
    );
  });
});

test("the confirmation of a signature is the guide's line, with Undo", () => {
  const { view, requirement } = anAnsweredBaa();

  const message = signOff.signedMessage({ view, requirement, signOff: aSignOff(), now: NOW });

  expect(message.headline).toBe(
    "Signed off: hipaa_baa_signed by carol@example.com at 2026-03-02T15:00:00Z",
  );
  expect(commandsOf(message)[0]?.command).toEqual({
    type: "UndoSignOff",
    migration: MIGRATION,
    signOff: aSignOff().id,
  });
  expect(linesOf(message)).toContain("1 more signature is needed before it is cleared.");
  expect(JSON.stringify(message.sections)).toContain(JSON.stringify({ code: aSignOff().id }));
});

test("a cleared requirement needs no more signatures", () => {
  const view = withRequirement(aView(), BAA, { satisfied: true });

  const said = linesOf(
    signOff.signedMessage({
      view,
      requirement: requirementOf(view, BAA),
      signOff: aSignOff(),
      now: NOW,
    }),
  );

  expect(said).toContain("It is cleared now.");
});

test.each([
  ["revocation", "Dana revoked the signature of Carol on", "Reason: It was the wrong file."],
  ["undo", "Dana undid the signature of Carol on", "Reason: Undone within 30 seconds"],
] as const)(
  "a %s names who did it, whose signature it was and that the gate is closed",
  (kind, said, reason) => {
    const revoked = { by: DANA, at: NOW, reason: "It was the wrong file.", kind };
    const view = withRequirement(aView(), BAA, {
      item: anItem({ signOffs: [aSignOff({ revoked })] }),
    });

    const message = signOff.revokedMessage({ view, signOffId: aSignOff().id });

    expect(message.headline).toContain(said);
    expect(linesOf(message)).toEqual(
      expect.arrayContaining([
        reason,
        "Gate: Stage 5 (Go-Live) is closed until it is signed again.",
      ]),
    );
  },
);

test("a waiver's form says for what and for how long it may be asked", () => {
  const view = aView();
  const waivable = view.requirements.find(({ definition }) => definition.waiver !== undefined);
  if (!waivable?.definition.waiver) throw new Error("one can be waived");
  const { only_for, max_days } = waivable.definition.waiver;

  const form = signOff.waiverForm(view, waivable);

  expect(linesOf(form)).toEqual(expect.arrayContaining([...only_for]));
  expect(linesOf(form).join()).toContain(`At most ${max_days} days`);
  expect(form.fields.map(({ id }) => id)).toEqual(["reason", "expires_on"]);
});

test("the signing token is shown with the command that spends it", () => {
  const form = signOff.signingTokenForm({
    token: "s3cret",
    requirement: BAA,
    migration: MIGRATION,
    expiresAt: NOW,
  });

  expect(linesOf(form)).toContain(
    `COMPLIANCE_TOKEN=s3cret npm run --silent compliance -- --migration-id ${MIGRATION} --sign-off --requirement hipaa_baa_signed`,
  );
  expect(form.fields).toEqual([]);
  expect(form.command.type).toBe("ShowRequirement");
});

describe("the thread", () => {
  const about = { migrationId: MIGRATION, requirement: BAA } as const;
  const answered = (question: string): Fact => ({
    ...about,
    type: "AnswerGiven",
    question,
    personal: { value: "a secret answer" },
  });
  const say = (facts: readonly Fact[], view = aView()) =>
    signOff.threadLines({ view, facts, actor: DANA }).map(({ headline }) => headline);

  test("counts answers together and never repeats them", () => {
    expect(say([answered("a"), answered("b")])).toEqual([
      "Dana gave 2 answers to “Get the Business Associate Agreement signed by both parties”.",
    ]);
  });

  test("keeps the guide's line of a signature", () => {
    const view = withRequirement(aView(), BAA, { item: anItem({ signOffs: [aSignOff()] }) });
    const fact: Fact = {
      ...about,
      type: "SignOffRecorded",
      signOffId: aSignOff().id,
      requestId: null,
      meaning: "requirement_met",
      contentHash: HASH,
      definitionHash: HASH,
      role: "compliance_officer",
      consent: "I confirm it.",
      reason: null,
      expiresOn: null,
      surface: "slack",
      workspaceRef: "T1",
      byAnswerer: false,
      personal: { userId: "U1", name: "Carol", email: "carol@example.com", timeZone: "UTC" },
    };

    expect(say([fact], view)).toEqual([
      "Signed off: hipaa_baa_signed by carol@example.com at 2026-03-02T15:00:00Z",
    ]);
    const [line] = signOff.threadLines({ view, facts: [fact], actor: DANA });
    expect(line?.sections).toEqual([
      { fields: [{ label: "Number of the sign-off", value: [{ code: aSignOff().id }] }] },
    ]);
  });

  test("says once what a decision and its reason were, and nothing of mere notes", () => {
    const ended = { ...about, type: "RequestEnded", requestId: aRequest().id } as const;
    const facts: readonly Fact[] = [
      { ...ended, as: "rejected", reason: "the date is missing" },
      { ...ended, as: "signed", reason: null },
      { migrationId: MIGRATION, type: "GateChecked", stage: 3, verdict: "pass", unsatisfied: [] },
      {
        migrationId: MIGRATION,
        type: "DatesChanged",
        proposalOn: null,
        goLiveOn: Day.parse("2026-12-01"),
      },
    ];

    expect(say(facts)).toEqual([
      "Dana rejected the request for “Get the Business Associate Agreement signed by both parties”. Reason: The date is missing.",
      "Dana changed the days of the migration.",
    ]);
  });
});

test("a request that ended names everybody who signed it, and that a signature was taken back", () => {
  const ended = aRequest({ ended: { as: "signed", by: CAROL, at: NOW, reason: null } });
  const first = aSignOff({ requestId: ended.id });
  const second = aSignOff({
    id: SignOffId.parse(uuid(41)),
    requestId: ended.id,
    signer: { ...first.signer, name: "Walter" },
  });
  const card = (...signOffs: readonly SignOff[]) => {
    const view = withRequirement(aView(), BAA, { item: anItem({ signOffs }) });
    return signOff.requestCard({ view, requirement: requirementOf(view, BAA), request: ended });
  };
  const revoked = { by: CAROL, at: NOW, reason: "", kind: "undo" } as const;

  expect(card(first, second).headline).toContain("signed by Carol and Walter.");
  expect(card(first, second).tone).toBe("good");
  expect(card({ ...first, revoked }).headline).toContain("signed by Carol, but Carol undid it.");
  expect(card({ ...first, revoked }).tone).toBe("neutral");
});

test("where the card stands, the private answer says what was done and offers nothing that is for others", () => {
  const view = aView();
  const requirement = requirementOf(view, BAA);

  const brief = requestInBrief({ view, requirement, request: aRequest() });

  expect(brief.headline).toMatch(/^Asked for a signature: /);
  expect(commandsOf(brief).map(({ command }) => command.type)).toEqual([
    "ShowNext",
    "WithdrawRequest",
  ]);
});
