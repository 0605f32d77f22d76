import { describe, expect, it } from "vitest";
import type { Item } from "../../../src/domain/migrations/record.ts";
import type { MemberRole, Person } from "../../../src/domain/people/person.ts";
import { isRefusal } from "../../../src/domain/refusal.ts";
import { decideSignOff } from "../../../src/domain/sign-offs/sign.ts";
import { aBaseline, aChoice, aDefinition, aRequirement } from "../../support/definitions.ts";
import { evolve } from "../../support/history.ts";
import {
  actorOf,
  anAnswer,
  anAttestation,
  answered,
  aPerson,
  aRecord,
  aRequest,
  aSignOff,
  aView,
  contentOf,
  digest,
  ENGINEER,
  MANAGER,
  NOW,
  named,
  OFFICER,
  requestId,
  requirementOf,
  signerOf,
  signOffId,
  someEvidence,
} from "../../support/records.ts";

const DEFINITIONS = [
  aBaseline(),
  aDefinition({
    vertical: "HIPAA",
    requirements: [
      aRequirement({
        name: "plan",
        ask: [
          aChoice({
            id: "ready",
            outcomes: [
              {
                when: { field: "ready", op: "eq", value: "no" },
                effect: "block",
                message: "The plan is not ready.",
              },
            ],
          }),
        ],
        sign_off: {
          signers: [{ role: "compliance_officer" }, { role: "engineering_manager" }],
        },
      }),
    ],
  }),
];
const ITEM = answered("plan", { ready: "yes" });
const HASH = contentOf(look(ITEM));

function recordWith(item: Item) {
  return aRecord(DEFINITIONS, { items: [item] });
}

function look(item: Item) {
  return requirementOf(aView(recordWith(item), DEFINITIONS), "plan");
}

interface Click {
  readonly item?: Partial<Item>;
  readonly person?: Person;
  readonly roles?: readonly MemberRole[];
  readonly contentHash?: typeof HASH;
  readonly ourDomains?: readonly string[];
  readonly heldRoles?: ReadonlySet<MemberRole>;
  readonly requestId?: ReturnType<typeof requestId>;
}

function sign(click: Click = {}) {
  const person = click.person ?? OFFICER;
  return decideSignOff({
    view: aView(recordWith({ ...ITEM, ...click.item }), DEFINITIONS),
    requirement: named("plan"),
    meaning: "requirement_met",
    contentHash: click.contentHash ?? HASH,
    signer: { person, roles: click.roles ?? person.roles },
    signOffId: signOffId(7),
    consent: "I have checked it.",
    ourDomains: click.ourDomains ?? [],
    ...(click.heldRoles ? { heldRoles: click.heldRoles } : {}),
    requestId: click.requestId,
  });
}

const both = [
  aSignOff({ contentHash: HASH, role: "engineering_manager", signer: signerOf(MANAGER) }),
];

describe("a ceremony whose request has ended meanwhile", () => {
  it.each(["withdrawn", "rejected", "changes_requested", "superseded"] as const)(
    "signs nothing when it was %s, and does when nobody was asked",
    (as) => {
      const ended = { as, by: actorOf(ENGINEER), at: NOW, reason: null };
      const requests = [aRequest({ contentHash: HASH, ended })];

      expect(sign({ item: { requests }, requestId: requestId(1) })).toEqual({
        refused: "request_ended",
        as,
        by: ENGINEER.profile.name,
      });
      expect(isRefusal(sign({ item: { requests } }))).toBe(false);
    },
  );
});

describe("a signature", () => {
  it("holds who, under which role, what was seen and said", () => {
    const decided = sign();

    expect(decided).toMatchObject({
      quorumMet: false,
      facts: [
        {
          type: "SignOffRecorded",
          signOffId: signOffId(7),
          role: "compliance_officer",
          meaning: "requirement_met",
          contentHash: HASH,
          consent: "I have checked it.",
          surface: "slack",
          workspaceRef: "T0001",
          byAnswerer: false,
          personal: {
            userId: "U2",
            name: "Cory Officer",
            email: "person2@ours.example",
            timeZone: "America/New_York",
          },
        },
      ],
    });
  });

  it("that completes the quorum ends its request as signed and others as superseded", () => {
    const answered = aRequest({ contentHash: HASH });
    const waiver = aRequest({ id: requestId(2), contentHash: digest("c"), meaning: "waiver" });
    const early = sign({ item: { requests: [answered, waiver] } });
    const last = sign({ item: { requests: [answered, waiver], signOffs: both } });

    expect(isRefusal(early) || early.facts).toHaveLength(1);
    expect(last).toMatchObject({
      quorumMet: true,
      facts: [
        { type: "SignOffRecorded", requestId: answered.id },
        { type: "RequestEnded", requestId: answered.id, as: "signed" },
        { type: "RequestEnded", requestId: waiver.id, as: "superseded" },
      ],
    });
  });

  it("given after the old one ran out takes the place of it", () => {
    const definitions = [
      aBaseline(),
      aDefinition({
        vertical: "HIPAA",
        requirements: [aRequirement({ name: "yearly", revalidate: { days: 3 } })],
      }),
    ];
    const item = answered("yearly", { note: "done" });
    const fresh = aRecord(definitions, { items: [item] });
    const contentHash = contentOf(requirementOf(aView(fresh, definitions), "yearly"));
    const record = aRecord(definitions, {
      items: [{ ...item, signOffs: [aSignOff({ contentHash })] }],
    });
    const view = aView(record, definitions);
    const decided = decideSignOff({
      view,
      requirement: named("yearly"),
      meaning: "requirement_met",
      contentHash,
      signer: { person: OFFICER, roles: OFFICER.roles },
      signOffId: signOffId(8),
      consent: "Again.",
      ourDomains: [],
    });
    if (isRefusal(decided)) throw new Error(decided.refused);
    const after = evolve(record, decided.facts, { by: actorOf(OFFICER), at: NOW });

    expect(requirementOf(view, "yearly").state).toBe("expired");
    expect(decided.facts.map(({ type }) => type)).toEqual(["SignOffRevoked", "SignOffRecorded"]);
    expect(requirementOf(aView(after, definitions), "yearly").state).toBe("signed");
  });
});

describe("who may not sign", () => {
  const guest = aPerson(9, { kind: "guest", roles: ["compliance_officer"] });
  const sameAddress = aPerson(9, { email: "Person1@OURS.example", roles: ["compliance_officer"] });
  const engineerAsOfficer = { ...ENGINEER, roles: ["compliance_officer" as const] };

  it.each<[string, Click, object]>([
    ["a guest", { person: guest }, { refused: "not_a_member", kind: "guest" }],
    [
      "a deactivated user",
      { person: aPerson(9, { kind: "deactivated", roles: ["compliance_officer"] }) },
      { refused: "not_a_member", kind: "deactivated" },
    ],
    ["a bot", { person: aPerson(9, { kind: "bot" }) }, { refused: "not_a_member", kind: "bot" }],
    [
      "somebody without an address",
      { person: aPerson(9, { email: null }) },
      { refused: "identity_unconfirmed", why: "no_email" },
    ],
    [
      "somebody whose address is not confirmed",
      { person: aPerson(9, { emailConfirmed: false }) },
      { refused: "identity_unconfirmed", why: "email_unconfirmed" },
    ],
    [
      "somebody of a foreign domain",
      { ourDomains: ["other.example"] },
      { refused: "email_domain_not_allowed", domain: "ours.example" },
    ],
    [
      "somebody without a role that is needed",
      { person: ENGINEER },
      { refused: "role_needed", roles: ["compliance_officer", "engineering_manager"] },
    ],
    [
      "somebody whose role was taken away since",
      { roles: [] },
      { refused: "role_needed", roles: ["compliance_officer", "engineering_manager"] },
    ],
    [
      "anybody while nobody holds the roles",
      { roles: [], heldRoles: new Set() },
      { refused: "no_one_holds_role", roles: ["compliance_officer", "engineering_manager"] },
    ],
    ["the answerer", { person: engineerAsOfficer }, { refused: "signer_is_answerer" }],
    [
      "the answerer with another account",
      { person: sameAddress },
      { refused: "signer_is_answerer" },
    ],
    [
      "the requester",
      { item: { requests: [aRequest({ contentHash: HASH, by: actorOf(OFFICER) })] } },
      { refused: "signer_is_requester" },
    ],
    [
      "the same signer twice",
      { item: { signOffs: [aSignOff({ contentHash: HASH })] } },
      { refused: "already_signed", by: "Cory Officer" },
    ],
    [
      "a second officer when that place is filled",
      {
        person: aPerson(9, { roles: ["compliance_officer"] }),
        item: { signOffs: [aSignOff({ contentHash: HASH })] },
      },
      { refused: "role_needed", roles: ["engineering_manager"] },
    ],
  ])("%s", (_, click, refusal) => {
    expect(sign(click)).toEqual(refusal);
  });

  it.each<[string, Partial<Item>, string]>([
    [
      "who uploaded evidence",
      { evidence: [someEvidence({ slot: "x", by: actorOf(OFFICER) })] },
      "signer_is_uploader",
    ],
    [
      "who received a written word",
      { attestations: [anAttestation({ receivedBy: actorOf(OFFICER) })] },
      "signer_is_uploader",
    ],
    [
      "whose answer is hidden now",
      { answers: [...ITEM.answers, anAnswer("gone", "yes", { by: actorOf(OFFICER) })] },
      "signer_is_answerer",
    ],
  ])("somebody %s", (_, item, refused) => {
    const contentHash = contentOf(look({ ...ITEM, ...item }));

    expect(sign({ item, contentHash })).toEqual({ refused });
    expect(isRefusal(sign({ item, contentHash, person: MANAGER }))).toBe(false);
  });

  it("a requester whose request was withdrawn may sign", () => {
    const ended = { as: "withdrawn" as const, by: actorOf(OFFICER), at: NOW, reason: null };
    const requests = [aRequest({ contentHash: HASH, by: actorOf(OFFICER), ended })];

    expect(isRefusal(sign({ item: { requests } }))).toBe(false);
  });
});

describe("what cannot be signed", () => {
  it.each<[string, Click, object]>([
    [
      "content that is not what the person saw",
      { contentHash: digest("f") },
      { refused: "out_of_date" },
    ],
    [
      "an incomplete requirement",
      { item: { answers: [] } },
      { refused: "incomplete", missing: ["Not answered: What about ready?"] },
    ],
    [
      "a blocked requirement",
      { item: { answers: [anAnswer("ready", "no")] } },
      { refused: "blocked_by_answer", reasons: ["The plan is not ready."] },
    ],
    [
      "what enough people signed",
      {
        person: aPerson(9, { roles: ["compliance_officer"] }),
        item: {
          signOffs: [
            aSignOff({ contentHash: HASH }),
            ...both.map((one) => ({ ...one, id: signOffId(2) })),
          ],
        },
      },
      { refused: "already_signed", by: "Cory Officer, Mia Manager" },
    ],
  ])("%s", (_, click, refusal) => {
    const contentHash = click.contentHash ?? contentOf(look({ ...ITEM, ...click.item }));

    expect(sign({ ...click, contentHash })).toEqual(refusal);
  });

  it("anything of a migration that is over", () => {
    const record = { ...recordWith(ITEM), state: "cancelled" as const };
    const decided = decideSignOff({
      view: aView(record, DEFINITIONS),
      requirement: named("plan"),
      meaning: "requirement_met",
      contentHash: HASH,
      signer: { person: OFFICER, roles: OFFICER.roles },
      signOffId: signOffId(7),
      consent: "-",
      ourDomains: [],
    });

    expect(decided).toEqual({ refused: "migration_not_open", state: "cancelled" });
  });
});
