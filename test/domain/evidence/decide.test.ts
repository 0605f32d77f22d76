import { describe, expect, it } from "vitest";
import { decideAttestation } from "../../../src/domain/evidence/attestation.ts";
import { decideEvidence, decideEvidenceRemoval } from "../../../src/domain/evidence/decide.ts";
import type { GivenEvidence } from "../../../src/domain/evidence/keep.ts";
import { aBaseline, aDefinition, aQuestion, aRequirement } from "../../support/definitions.ts";
import {
  anAttestation,
  answered,
  aRecord,
  aRequest,
  aView,
  digest,
  evidenceId,
  named,
  someEvidence,
} from "../../support/records.ts";

const FILE = { name: "proof.pdf", sha256: digest("a"), bytes: 9, link: "https://files.example/1" };
const DEFINITIONS = [
  aBaseline(),
  aDefinition({
    vertical: "HIPAA",
    requirements: [
      aRequirement({
        name: "baa",
        ask: [aQuestion({ id: "met_on", type: "date" })],
        evidence: [
          { id: "contract", label: "The contract" },
          { id: "memo", label: "Counsel's memo", restricted: true },
          { id: "plan", label: "The plan", controlled: true },
          {
            id: "letter",
            label: "The letter",
            controlled: true,
            satisfied_by_attestation: ["authorizing_official"],
          },
        ],
        sign_off: {
          signers: [{ role: "compliance_officer" }],
          attestations: [
            {
              from: ["customer_compliance_officer", "qsa"],
              needed: "always",
              must_say: "It is met.",
              max_age_days: 90,
              not_before: "met_on",
            },
            { from: ["authorizing_official"], needed: "always", must_say: "It is authorized." },
          ],
        },
      }),
      aRequirement({ name: "open_one" }),
    ],
  }),
];
const ITEM = {
  ...answered("baa", { met_on: "2026-11-01" }),
  evidence: [someEvidence({ slot: "contract" })],
  attestations: [anAttestation()],
  requests: [aRequest({ contentHash: digest("9") })],
};
const VIEW = aView(aRecord(DEFINITIONS, { items: [ITEM] }), DEFINITIONS);
const NOTHING: GivenEvidence = { file: null, link: "", sha256: "", name: "", heldOn: "" };

function give(slot: string, given: Partial<GivenEvidence>) {
  return decideEvidence({
    view: VIEW,
    requirement: named("baa"),
    evidenceId: evidenceId(9),
    slot,
    ...NOTHING,
    ...given,
  });
}

describe("evidence", () => {
  it("is a file's hash, and ends the request on the version before", () => {
    expect(give("contract", { file: FILE })).toMatchObject({
      facts: [
        {
          type: "EvidenceAdded",
          slot: "contract",
          kind: "file",
          sha256: FILE.sha256,
          bytes: 9,
          heldOn: null,
          personal: { name: "proof.pdf", link: FILE.link },
        },
        { type: "RequestEnded", as: "superseded" },
      ],
    });
  });

  it.each<[string, string, Parameters<typeof give>[1], object]>([
    [
      "a link, named by its last part",
      "contract",
      { link: "https://drive.example/folder/baa%20signed.pdf" },
      {
        kind: "link",
        sha256: null,
        personal: { name: "baa signed.pdf", link: "https://drive.example/folder/baa%20signed.pdf" },
      },
    ],
    [
      "a link with a name",
      "contract",
      { link: "https://drive.example/", name: " BAA " },
      { kind: "link", personal: { name: "BAA", link: "https://drive.example/" } },
    ],
    [
      "a controlled document by link and hash",
      "plan",
      { link: "https://gov.example/ssp", sha256: "C".repeat(64) },
      { kind: "link", sha256: "c".repeat(64) },
    ],
    [
      "a privileged document by its date",
      "memo",
      { heldOn: "2026-11-20" },
      {
        kind: "held",
        sha256: null,
        bytes: null,
        heldOn: "2026-11-20",
        personal: { name: "Counsel's memo", link: null },
      },
    ],
  ])("may be %s", (_, slot, given, kept) => {
    expect(give(slot, given)).toMatchObject({ facts: [kept, {}] });
  });

  it.each<[string, string, Parameters<typeof give>[1], object]>([
    ["for a slot that is not there", "gone", { file: FILE }, { refused: "unknown_evidence" }],
    ["that is nothing", "contract", {}, { refused: "evidence_needed" }],
    [
      "by a link without encryption",
      "contract",
      { link: "http://drive.example/x" },
      { refused: "invalid_answers", fields: { link: expect.any(String) } },
    ],
    [
      "with a hash that is none",
      "contract",
      { link: "https://drive.example/x", sha256: "abc" },
      { refused: "invalid_answers", fields: { sha256: expect.any(String) } },
    ],
    [
      "of controlled content as a file",
      "plan",
      { file: FILE },
      { refused: "invalid_answers", fields: { file: expect.stringContaining("never the file") } },
    ],
    [
      "of controlled content without a hash",
      "plan",
      { link: "https://gov.example/ssp" },
      { refused: "invalid_answers", fields: { sha256: expect.any(String) } },
    ],
    [
      "of privileged content as a file",
      "memo",
      { file: FILE },
      {
        refused: "invalid_answers",
        fields: { held_on: expect.stringContaining("stays with counsel") },
      },
    ],
    [
      "of privileged content as a link",
      "memo",
      { link: "https://drive.example/memo", heldOn: "2026-11-20" },
      {
        refused: "invalid_answers",
        fields: { held_on: expect.stringContaining("stays with counsel") },
      },
    ],
    [
      "of privileged content of tomorrow",
      "memo",
      { heldOn: "2026-11-21" },
      { refused: "invalid_answers", fields: { held_on: expect.any(String) } },
    ],
  ])("is refused %s", (_, slot, given, refusal) => {
    expect(give(slot, given)).toEqual(refusal);
  });

  it("is taken out once, and so is a written word", () => {
    const remove = (n: number) =>
      decideEvidenceRemoval({ view: VIEW, requirement: named("baa"), evidenceId: evidenceId(n) });

    expect(remove(1)).toMatchObject({
      facts: [{ type: "EvidenceRemoved", evidenceId: evidenceId(1) }, { as: "superseded" }],
    });
    expect(remove(50)).toMatchObject({ facts: [{ type: "EvidenceRemoved" }, {}] });
    expect(remove(7)).toEqual({ refused: "unknown_evidence" });
  });
});

const WORD: Parameters<typeof decideAttestation>[0] = {
  view: VIEW,
  requirement: named("baa"),
  evidenceId: evidenceId(9),
  role: "customer_compliance_officer",
  from: { name: "Olga Outside", title: "CPO", organisation: "Mercy", email: "olga@mercy.example" },
  form: "letter",
  statement: "All calls are listed.",
  confirmedOn: "2026-11-12",
  document: { ...FILE, name: "letter.pdf" },
  link: "",
  sha256: "",
  about: [],
  checkedHow: "asked_back",
  checkedOn: "2026-11-13",
  ourDomains: ["ours-too.example"],
};

describe("the written word of a person outside", () => {
  it("is kept with its author, date, words and document", () => {
    expect(decideAttestation(WORD)).toMatchObject({
      warnings: [],
      facts: [
        {
          type: "AttestationReceived",
          role: "customer_compliance_officer",
          form: "letter",
          confirmedOn: "2026-11-12",
          documentSha256: FILE.sha256,
          controlled: false,
          about: [{ as: "evidence", place: "contract", sha256: digest("a") }],
          checked: { how: "asked_back", on: "2026-11-13" },
          personal: {
            from: WORD.from,
            statement: WORD.statement,
            documentName: "letter.pdf",
            about: [{ name: "proof.pdf", link: null }],
          },
        },
        { type: "RequestEnded", as: "superseded" },
      ],
    });
  });

  it("on a controlled document is a link with its hash", () => {
    const controlled = {
      ...WORD,
      role: "authorizing_official",
      document: null,
      link: "https://gov.example/ato.pdf",
      sha256: "d".repeat(64),
    };

    expect(decideAttestation(controlled)).toMatchObject({
      facts: [
        { controlled: true, documentSha256: "d".repeat(64), personal: { documentName: "ato.pdf" } },
        {},
      ],
    });
  });

  it("from a free mailbox is kept with a warning", () => {
    const free = { ...WORD, from: { ...WORD.from, email: "olga@Gmail.com" } };

    expect(decideAttestation(free)).toMatchObject({
      warnings: [{ warning: "free_mail", domain: "gmail.com" }],
    });
  });

  it("any role may give where the file names nobody", () => {
    expect(
      decideAttestation({ ...WORD, requirement: named("open_one"), role: "acquirer" }),
    ).toHaveProperty("facts");
  });

  it.each<[string, Partial<typeof WORD>, boolean]>([
    ["today", { confirmedOn: "2026-11-20", checkedOn: "2026-11-20" }, true],
    ["tomorrow", { confirmedOn: "2026-11-21" }, false],
    ["on the day of what it confirms", { confirmedOn: "2026-11-01" }, true],
    ["the day before what it confirms", { confirmedOn: "2026-10-31" }, false],
    ["from a domain of ours", { from: { ...WORD.from, email: "olga@ours-too.example" } }, false],
    [
      "from a subdomain of ours",
      { from: { ...WORD.from, email: "olga@mail.ours-too.example" } },
      false,
    ],
    ["from the opener's domain", { from: { ...WORD.from, email: "olga@ours.example" } }, false],
    [
      "from a domain that only ends like ours",
      { from: { ...WORD.from, email: "olga@not-ours.example" } },
      true,
    ],
    ["from a role whose word does not count", { role: "acquirer" }, false],
    ["from a role that is none", { role: "boss" }, false],
    ["in a form that is none", { form: "rumor" }, false],
    ["in exactly 500 characters", { statement: "x".repeat(500) }, true],
    ["in 501 characters", { statement: "x".repeat(501) }, false],
    ["in no words", { statement: " " }, false],
    ["without a title", { from: { ...WORD.from, title: "" } }, false],
    [
      "with an address that is none",
      { from: { ...WORD.from, email: "olga.mercy.example" } },
      false,
    ],
    ["without a document", { document: null }, false],
    ["checked on the day of its date", { checkedOn: "2026-11-12" }, true],
    ["checked the day before its date", { checkedOn: "2026-11-11" }, false],
    ["checked tomorrow", { checkedOn: "2026-11-21" }, false],
    ["checked on no day", { checkedOn: "" }, false],
    ["checked nobody says how", { checkedHow: "" }, false],
    ["checked in a way that is none", { checkedHow: "gut_feeling" }, false],
    ["on a controlled document as a file", { role: "authorizing_official" }, false],
  ])("given %s: accepted %s", (_, change, accepted) => {
    expect("facts" in decideAttestation({ ...WORD, ...change })).toBe(accepted);
  });

  it("that is too old, too early or from inside is refused with what would do", () => {
    const old = aView(
      aRecord(DEFINITIONS, { items: [answered("baa", { met_on: "2026-01-01" })] }),
      DEFINITIONS,
    );

    expect(decideAttestation({ ...WORD, view: old, confirmedOn: "2026-08-22" })).toHaveProperty(
      "facts",
    );
    expect(decideAttestation({ ...WORD, view: old, confirmedOn: "2026-08-21" })).toEqual({
      refused: "attestation_too_old",
      maxDays: 90,
    });
    expect(decideAttestation({ ...WORD, confirmedOn: "2026-10-31" })).toEqual({
      refused: "attestation_too_early",
      notBefore: "2026-11-01",
    });
    expect(decideAttestation({ ...WORD, from: { ...WORD.from, email: "x@ours.example" } })).toEqual(
      { refused: "attestation_from_inside", domain: "ours.example" },
    );
  });
});
