import { describe, expect, it } from "vitest";
import type { Item, MigrationRecord } from "../../../src/domain/migrations/record.ts";
import type { ViewInput } from "../../../src/domain/requirements/view.ts";
import { aBaseline, aChoice, aDefinition, aRequirement } from "../../support/definitions.ts";
import {
  actorOf,
  anAnswer,
  anItem,
  aRecord,
  aRequest,
  aSignOff,
  aView,
  day,
  instant,
  MANAGER,
  named,
  OFFICER,
  requestId,
  requirementOf,
  signerOf,
  signOffId,
} from "../../support/records.ts";

const AREA = aDefinition({
  vertical: "HIPAA",
  requirements: [
    aRequirement({
      name: "phi_list",
      ask: [
        aChoice({
          id: "complete",
          outcomes: [
            {
              when: { field: "complete", op: "eq", value: "no" },
              effect: "block",
              message: "The list is not complete.",
            },
          ],
        }),
        {
          id: "interviewed_on",
          type: "date",
          prompt: "When was the interview?",
          required: false,
          outcomes: [
            {
              when: { field: "interviewed_on", op: "older_than_days", value: 90 },
              effect: "expire",
              message: "The interview is older than 90 days.",
            },
          ],
        },
      ],
      waiver: {
        signers: [{ role: "compliance_officer" }, { role: "engineering_manager" }],
        only_for: ["A late customer."],
        max_days: 90,
      },
      not_applicable: { only_for: ["No patients."] },
      revalidate: { days: 30 },
    }),
  ],
});
const DEFINITIONS = [aBaseline(), AREA];
const NAME = named("phi_list");
const ANSWERED = { answers: [anAnswer("complete", "yes")] };

function look(
  item: Partial<Item>,
  more: { record?: Partial<MigrationRecord>; input?: Partial<ViewInput> } = {},
) {
  const record = aRecord(DEFINITIONS, {
    items: [anItem({ requirement: NAME, ...item })],
    ...more.record,
  });
  return requirementOf(aView(record, DEFINITIONS, more.input), "phi_list");
}

/** The hash of what is signed with these answers. */
function hashFor(
  item: Partial<Item>,
  meaning: "requirement_met" | "waiver" | "not_applicable" = "requirement_met",
) {
  const approval = look(item).approvals[meaning];
  if (!approval) throw new Error(`nothing to sign as ${meaning}`);
  return approval.contentHash;
}

const HASH = hashFor(ANSWERED);

describe("the state of a requirement", () => {
  it("is not started while nobody touched it", () => {
    const { state, reason, missing } = look({ version: 0 });

    expect({ state, reason }).toEqual({ state: "not_started", reason: null });
    expect(missing).toEqual(["Not answered: What about complete?"]);
  });

  it("is in progress once something was answered", () => {
    expect(look(ANSWERED)).toMatchObject({ state: "in_progress", reason: null, missing: [] });
  });

  it("is blocked by an answer that its outcome forbids, even when it was signed before the outcome fired", () => {
    const answers = [anAnswer("complete", "no")];
    const blocked = look({ answers, signOffs: [aSignOff({ contentHash: hashFor({ answers }) })] });

    expect(blocked).toMatchObject({
      state: "blocked",
      reason: "The list is not complete.",
      satisfied: false,
    });
  });

  it("is signed when the quorum is met on the content as it is", () => {
    expect(look({ ...ANSWERED, signOffs: [aSignOff({ contentHash: HASH })] })).toMatchObject({
      state: "signed",
      satisfied: true,
      validUntil: "2026-12-14",
    });
  });

  it.each([
    [
      "revoked",
      {
        revoked: {
          by: actorOf(OFFICER),
          at: instant("2026-11-15T00:00:00Z"),
          reason: "Wrong file.",
          kind: "revocation" as const,
        },
      },
      "Cory Officer revoked it: Wrong file.",
    ],
    [
      "undone",
      {
        revoked: {
          by: actorOf(OFFICER),
          at: instant("2026-11-15T00:00:00Z"),
          reason: "-",
          kind: "undo" as const,
        },
      },
      "Cory Officer undid the signature.",
    ],
    ["of another meaning", { meaning: "waiver" as const }, null],
    [
      "on other content",
      { contentHash: hashFor({ answers: [anAnswer("complete", "unsure")] }) },
      "It changed after it was signed.",
    ],
    ["by another role", { role: "security_lead" as const }, null],
  ])("is not signed by a signature that is %s", (_, signOff, reason) => {
    const {
      state,
      reason: why,
      satisfied,
    } = look({
      ...ANSWERED,
      signOffs: [aSignOff({ contentHash: HASH, ...signOff })],
    });

    expect({ state, why, satisfied }).toEqual({
      state: "in_progress",
      why: reason,
      satisfied: false,
    });
  });

  it.each([
    ["2026-12-14T23:00:00Z", "signed"],
    ["2026-12-15T12:00:00Z", "expired"],
  ])("with 30 days to revalidate, a signature of 14 November is at %s %s", (now, state) => {
    const signed = look(
      { ...ANSWERED, signOffs: [aSignOff({ contentHash: HASH })] },
      { input: { now: instant(now) } },
    );

    expect(signed.state).toBe(state);
    expect(signed.approvals.requirement_met?.quorum.met).toBe(state === "signed");
  });

  it("is awaiting approval while a request on this content is open, and in progress when the content moved on", () => {
    const open = look({ ...ANSWERED, requests: [aRequest({ contentHash: HASH })] });
    const stale = look({
      answers: [anAnswer("complete", "unsure")],
      requests: [aRequest({ contentHash: HASH })],
    });

    expect(open).toMatchObject({ state: "awaiting_approval", openRequest: { id: requestId(1) } });
    expect(stale).toMatchObject({ state: "in_progress", openRequest: null });
  });

  it.each([
    ["rejected", "rejected", "Not legible."],
    ["changes_requested", "in_progress", "Cory Officer asked for changes: Not legible."],
    ["withdrawn", "in_progress", "Eve Engineer withdrew the request."],
    ["superseded", "in_progress", "Not legible."],
  ] as const)("after a request ended as %s it is %s", (as, state, reason) => {
    const ended = {
      as,
      by: actorOf(OFFICER),
      at: instant("2026-11-15T00:00:00Z"),
      reason: "Not legible.",
    };

    expect(look({ ...ANSWERED, requests: [aRequest({ contentHash: HASH, ended })] })).toMatchObject(
      { state, reason },
    );
  });

  it("is no longer rejected once the content changed", () => {
    const ended = {
      as: "rejected" as const,
      by: actorOf(OFFICER),
      at: instant("2026-11-15T00:00:00Z"),
      reason: "Not legible.",
    };
    const requests = [aRequest({ contentHash: HASH, ended })];

    expect(look({ ...ANSWERED, version: 2, requests })).toMatchObject({
      state: "in_progress",
      reason: "Changed after Cory Officer rejected it: Not legible.",
    });
  });

  it("names what re-opened it last", () => {
    const reopened = { reason: "A new call flow.", at: instant("2026-11-16T00:00:00Z") };
    const signOffs = [aSignOff({ contentHash: HASH })];

    expect(look({ ...ANSWERED, version: 2, reopened, signOffs })).toMatchObject({
      state: "in_progress",
      reason: "A new call flow.",
    });
  });
});

describe("ages", () => {
  const old = { answers: [anAnswer("complete", "yes"), anAnswer("interviewed_on", "2026-08-22")] };
  const signOffs = [aSignOff({ contentHash: hashFor(old) })];

  it("an answer counts on its last day and expires the signature on the next", () => {
    const onLastDay = look(
      { ...old, signOffs },
      { input: { now: instant("2026-11-20T12:00:00Z") } },
    );
    const nextDay = look({ ...old, signOffs }, { input: { now: instant("2026-11-21T12:00:00Z") } });

    expect(onLastDay).toMatchObject({ state: "signed", validUntil: "2026-11-20" });
    expect(nextDay).toMatchObject({
      state: "expired",
      reason: "The interview is older than 90 days.",
    });
  });

  it("the age of a stage 3 answer is judged at gate 3 and no more at gate 5", () => {
    const now = instant("2026-11-21T12:00:00Z");
    const passed = { gate3PassedAt: instant("2026-11-18T00:00:00Z") };

    expect(look({ ...old, signOffs }, { input: { now, judgedAt: 3 } }).state).toBe("expired");
    expect(look({ ...old, signOffs }, { input: { now, judgedAt: 5 } }).state).toBe("signed");
    expect(look({ ...old, signOffs }, { input: { now } }).state).toBe("expired");
    expect(look({ ...old, signOffs }, { input: { now }, record: passed }).state).toBe("signed");
  });
});

describe("setting a requirement aside", () => {
  const waiver = {
    meaning: "waiver" as const,
    reason: "The customer is late.",
    expiresOn: day("2026-12-01"),
  };
  const request = aRequest({ contentHash: HASH, ...waiver });
  const waiverHash = hashFor({ ...ANSWERED, requests: [request] }, "waiver");
  const signatures = [
    aSignOff({ contentHash: waiverHash, ...waiver }),
    aSignOff({
      id: signOffId(2),
      contentHash: waiverHash,
      ...waiver,
      role: "engineering_manager",
      signer: signerOf(MANAGER),
    }),
  ];

  it("a waiver counts until its last day, and the requirement is expired on the next", () => {
    const item = { ...ANSWERED, requests: [request], signOffs: signatures };

    expect(look(item, { input: { now: instant("2026-12-01T12:00:00Z") } })).toMatchObject({
      state: "waived",
      satisfied: true,
      validUntil: "2026-12-01",
    });
    expect(look(item, { input: { now: instant("2026-12-02T12:00:00Z") } })).toMatchObject({
      state: "expired",
      satisfied: false,
      reason: "The waiver ran out on 2026-12-01.",
    });
  });

  it("what is truly met is signed and needs no waiver", () => {
    const granted = {
      ...request,
      ended: {
        as: "signed" as const,
        by: actorOf(OFFICER),
        at: instant("2026-11-15T00:00:00Z"),
        reason: null,
      },
    };
    const met = aSignOff({ id: signOffId(3), contentHash: HASH });

    expect(look({ ...ANSWERED, requests: [granted], signOffs: signatures }).state).toBe("waived");
    expect(
      look({ ...ANSWERED, requests: [granted], signOffs: [...signatures, met] }),
    ).toMatchObject({ state: "signed", validUntil: "2026-12-14" });
  });

  it("a waiver with one of two signatures does not count", () => {
    expect(
      look({ ...ANSWERED, requests: [request], signOffs: signatures.slice(0, 1) }).satisfied,
    ).toBe(false);
  });

  it("a waiver covers an answer that blocks, and a changed answer takes the waiver with it", () => {
    const answers = [anAnswer("complete", "no")];
    const hash = hashFor({ answers, requests: [request] }, "waiver");
    const signOffs = signatures.map((signOff) => ({ ...signOff, contentHash: hash }));

    expect(look({ answers, requests: [request], signOffs }).state).toBe("waived");
    expect(look({ answers, version: 2, requests: [request], signOffs }).state).toBe("blocked");
  });

  it("a waiver whose request was not granted does not count", () => {
    const withdrawn = {
      ...request,
      ended: {
        as: "withdrawn" as const,
        by: actorOf(OFFICER),
        at: instant("2026-11-15T00:00:00Z"),
        reason: null,
      },
    };

    expect(look({ ...ANSWERED, requests: [withdrawn], signOffs: signatures }).satisfied).toBe(
      false,
    );
  });

  it("an open renewal leaves the waiver in force", () => {
    const granted = {
      ...request,
      ended: {
        as: "signed" as const,
        by: actorOf(OFFICER),
        at: instant("2026-11-15T00:00:00Z"),
        reason: null,
      },
    };
    const renewal = aRequest({
      id: requestId(2),
      contentHash: HASH,
      ...waiver,
      expiresOn: day("2027-01-01"),
    });

    expect(look({ ...ANSWERED, requests: [granted, renewal], signOffs: signatures })).toMatchObject(
      {
        state: "waived",
        validUntil: "2026-12-01",
        approvals: { waiver: { expiresOn: "2027-01-01" } },
      },
    );
  });

  it("not applicable counts once the signing role approved the reason", () => {
    const asked = aRequest({
      contentHash: HASH,
      meaning: "not_applicable",
      reason: "No patients.",
    });
    const contentHash = hashFor({ requests: [asked] }, "not_applicable");
    const approved = aSignOff({ contentHash, meaning: "not_applicable", reason: "No patients." });

    expect(look({ requests: [asked] }).satisfied).toBe(false);
    expect(look({ requests: [asked], signOffs: [approved] })).toMatchObject({
      state: "not_applicable",
      satisfied: true,
      reason: "No patients.",
    });
  });
});
