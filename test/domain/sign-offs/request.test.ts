import { describe, expect, it } from "vitest";
import type { Item, MigrationRecord } from "../../../src/domain/migrations/record.ts";
import { MEMBER_ROLES, type MemberRole, type Person } from "../../../src/domain/people/person.ts";
import {
  decideChangesAsked,
  decideClaim,
  decideRejection,
  decideRequest,
  decideWithdrawal,
} from "../../../src/domain/sign-offs/request.ts";
import { decideRevocation, decideUndo } from "../../../src/domain/sign-offs/revoke.ts";
import { aBaseline, aDefinition, aRequirement } from "../../support/definitions.ts";
import {
  actorOf,
  answered,
  aPerson,
  aRecord,
  aRequest,
  aSignOff,
  aView,
  contentOf,
  digest,
  ENGINEER,
  instant,
  MANAGER,
  NOW,
  named,
  OFFICER,
  requestId,
  requirementOf,
  signOffId,
} from "../../support/records.ts";

const DEFINITIONS = [
  aBaseline(),
  aDefinition({ vertical: "HIPAA", requirements: [aRequirement({ name: "plan" })] }),
];
const ITEM = answered("plan", { note: "done" });
const HASH = contentOf(requirementOf(look({}), "plan"));
const OPEN = aRequest({ contentHash: HASH });

function look(item: Partial<Item>, record: Partial<MigrationRecord> = {}, now = NOW) {
  const items = [{ ...ITEM, ...item }];
  return aView(aRecord(DEFINITIONS, { items, ...record }), DEFINITIONS, { now });
}

describe("asking for a signature", () => {
  function ask(
    item: Partial<Item> = {},
    more: { held?: readonly MemberRole[]; record?: Partial<MigrationRecord> } = {},
  ) {
    return decideRequest({
      view: look(item, more.record),
      requirement: named("plan"),
      meaning: "requirement_met",
      requestId: requestId(9),
      heldRoles: new Set(more.held ?? MEMBER_ROLES),
    });
  }

  it("binds the request to the content as it is, and ends older ones", () => {
    const stale = aRequest({ contentHash: digest("9") });

    expect(ask({ requests: [stale] })).toMatchObject({
      facts: [
        { type: "RequestEnded", requestId: stale.id, as: "superseded" },
        { type: "SignOffRequested", requestId: requestId(9), contentHash: HASH, reason: null },
      ],
    });
  });

  it.each<[string, ReturnType<typeof ask>, object]>([
    [
      "an incomplete requirement",
      ask({ answers: [] }),
      { refused: "incomplete", missing: ["Not answered: What about note?"] },
    ],
    ["a second time", ask({ requests: [OPEN] }), { refused: "request_open" }],
    [
      "what is signed",
      ask({ signOffs: [aSignOff({ contentHash: HASH })] }),
      { refused: "already_signed", by: "Cory Officer" },
    ],
    [
      "when nobody could give it",
      ask({}, { held: ["sales_lead"] }),
      { refused: "no_one_holds_role", roles: ["compliance_officer"] },
    ],
    [
      "in a closed migration",
      ask({}, { record: { state: "closed" } }),
      { refused: "migration_not_open", state: "closed" },
    ],
  ])("is refused for %s", (_, decided, refusal) => {
    expect(decided).toEqual(refusal);
  });
});

describe("a claim", () => {
  function claim(person: Person, request = OPEN, now = NOW) {
    return decideClaim({
      view: look({ requests: [request] }, {}, now),
      requirement: named("plan"),
      requestId: request.id,
      person,
      roles: person.roles,
    });
  }
  const second = aPerson(8, { roles: ["compliance_officer"] });
  const claimed = {
    ...OPEN,
    claim: { by: actorOf(OFFICER), until: instant("2026-11-20T15:30:00Z") },
  };

  it("lasts 30 minutes", () => {
    expect(claim(OFFICER)).toEqual({
      facts: [
        {
          type: "RequestClaimed",
          migrationId: look({}).record.id,
          requirement: "plan",
          requestId: OPEN.id,
          until: "2026-11-20T15:30:00.000Z",
        },
      ],
    });
  });

  it("keeps others off until it runs out", () => {
    expect(claim(second, claimed, instant("2026-11-20T15:29:59Z"))).toEqual({
      refused: "claimed_by_other",
      by: "Cory Officer",
    });
    expect(claim(second, claimed, instant("2026-11-20T15:30:00Z"))).toHaveProperty("facts");
    expect(claim(OFFICER, claimed)).toHaveProperty("facts");
  });

  it.each<[string, Person, object]>([
    ["without the role", MANAGER, { refused: "role_needed", roles: ["compliance_officer"] }],
    [
      "who asked",
      { ...ENGINEER, roles: ["compliance_officer"] },
      { refused: "signer_is_answerer" },
    ],
    [
      "who is a guest",
      aPerson(8, { kind: "guest", roles: ["compliance_officer"] }),
      { refused: "not_a_member", kind: "guest" },
    ],
  ])("is not for somebody %s", (_, person, refusal) => {
    expect(claim(person)).toEqual(refusal);
  });

  it("is refused once the content moved on", () => {
    expect(claim(OFFICER, { ...OPEN, contentHash: digest("9") })).toEqual({
      refused: "out_of_date",
    });
  });
});

describe("the end of a request", () => {
  const decision = (person: Person, reason: string, request = OPEN) => ({
    view: look({ requests: [request] }),
    requirement: named("plan"),
    requestId: request.id,
    person,
    roles: person.roles,
    reason,
  });
  const ended = {
    ...OPEN,
    ended: { as: "withdrawn" as const, by: actorOf(ENGINEER), at: NOW, reason: null },
  };

  it.each([
    ["rejected", decideRejection],
    ["changes_requested", decideChangesAsked],
  ] as const)("as %s needs a reason", (as, decide) => {
    expect(decide(decision(OFFICER, " Page 2 is missing. "))).toMatchObject({
      facts: [{ type: "RequestEnded", as, reason: "Page 2 is missing." }],
    });
    expect(decide(decision(OFFICER, "  "))).toEqual({ refused: "reason_needed" });
    expect(decide(decision(OFFICER, "a\u0000b"))).toMatchObject({ refused: "invalid_answers" });
    expect(decide(decision(MANAGER, "No."))).toEqual({
      refused: "role_needed",
      roles: ["compliance_officer"],
    });
    expect(decide(decision(OFFICER, "No.", ended))).toEqual({
      refused: "request_ended",
      as: "withdrawn",
      by: "Eve Engineer",
    });
  });

  it("is taken back by the one who asked, on any account, and by nobody else", () => {
    const account = aPerson(8, { email: "PERSON1@ours.example" });

    expect(decideWithdrawal(decision(ENGINEER, ""))).toMatchObject({
      facts: [{ as: "withdrawn", reason: null }],
    });
    expect(decideWithdrawal(decision(account, ""))).toHaveProperty("facts");
    expect(decideWithdrawal(decision(OFFICER, ""))).toEqual({ refused: "not_the_requester" });
  });
});

describe("taking a signature back", () => {
  const signed = aSignOff({ contentHash: HASH, signedAt: NOW });
  const at = (now: string, signOff = signed) => look({ signOffs: [signOff] }, {}, instant(now));

  it.each([
    [
      "2026-11-20T15:00:30Z",
      { facts: [expect.objectContaining({ type: "SignOffRevoked", kind: "undo" })] },
    ],
    ["2026-11-20T15:00:30.001Z", { refused: "undo_too_late" }],
  ])("is undone within 30 seconds: at %s", (now, expected) => {
    expect(decideUndo({ view: at(now), signOffId: signed.id, person: OFFICER })).toEqual(expected);
  });

  it("nobody undoes another's signature, one that is gone, or one already taken back", () => {
    const revoked = {
      ...signed,
      revoked: { by: actorOf(OFFICER), at: NOW, reason: "-", kind: "undo" as const },
    };
    const view = at("2026-11-20T15:00:10Z");

    expect(decideUndo({ view, signOffId: signed.id, person: MANAGER })).toEqual({
      refused: "not_the_signer",
    });
    expect(decideUndo({ view, signOffId: signOffId(77), person: OFFICER })).toEqual({
      refused: "nothing_to_undo",
    });
    expect(
      decideUndo({
        view: at("2026-11-20T15:00:10Z", revoked),
        signOffId: signed.id,
        person: OFFICER,
      }),
    ).toEqual({ refused: "nothing_to_undo" });
  });

  it.each<[string, Person, string, object]>([
    [
      "the signer",
      { ...OFFICER, roles: [] },
      "The letter is false.",
      { facts: [expect.objectContaining({ kind: "revocation", reason: "The letter is false." })] },
    ],
    [
      "a compliance officer",
      aPerson(8, { roles: ["compliance_officer"] }),
      "The letter is false.",
      { facts: [expect.objectContaining({ kind: "revocation" })] },
    ],
    [
      "somebody else",
      MANAGER,
      "The letter is false.",
      { refused: "role_needed", roles: ["compliance_officer"] },
    ],
    ["a signer without a reason", OFFICER, " ", { refused: "reason_needed" }],
    [
      "a signer who was deactivated",
      { ...OFFICER, profile: { ...OFFICER.profile, kind: "deactivated" } },
      "-",
      { refused: "not_a_member", kind: "deactivated" },
    ],
  ])("is revoked later with a reason: by %s", (_, person, reason, expected) => {
    const view = at("2026-11-27T15:00:00Z");

    expect(
      decideRevocation({ view, signOffId: signed.id, person, roles: person.roles, reason }),
    ).toEqual(expected);
  });
});
