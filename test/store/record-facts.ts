/** A migration on which every kind of fact happens once, and the people who cause them. */
import { randomUUID } from "node:crypto";
import type { Fact } from "../../src/domain/facts.ts";
import {
  Day,
  EvidenceId,
  Instant,
  type MigrationId,
  RequestId,
  RequirementName,
  Sha256,
  SignOffId,
} from "../../src/domain/ids.ts";
import type { Person } from "../../src/domain/people/person.ts";

export const HASH = Sha256.parse("a".repeat(64));
export const BAA = RequirementName.parse("hipaa_baa_signed");
export const day = (text: string) => Day.parse(text);
export const newRequest = () => RequestId.parse(randomUUID());

type FactOf<T extends Fact["type"]> = Extract<Fact, { type: T }>;
type Given<T extends Fact["type"]> = Partial<Omit<FactOf<T>, "type">>;

/** Facts about one requirement of one migration, each with sensible values that a test may replace. */
export function factsOf(migrationId: MigrationId, requirement = BAA) {
  const about = { migrationId, requirement };
  return {
    answer: (given: Given<"AnswerGiven"> = {}): FactOf<"AnswerGiven"> => ({
      type: "AnswerGiven",
      ...about,
      question: "signed_on",
      personal: { value: "2026-02-01" },
      ...given,
    }),
    withdraw: (question = "signed_on"): FactOf<"AnswerWithdrawn"> => ({
      type: "AnswerWithdrawn",
      ...about,
      question,
    }),
    evidence: (given: Given<"EvidenceAdded"> = {}): FactOf<"EvidenceAdded"> => ({
      type: "EvidenceAdded",
      ...about,
      evidenceId: EvidenceId.parse(randomUUID()),
      slot: "baa",
      kind: "file",
      sha256: HASH,
      bytes: 1024,
      heldOn: null,
      personal: { name: "baa.pdf", link: "https://files.example/baa.pdf" },
      ...given,
    }),
    attestation: (given: Given<"AttestationReceived"> = {}): FactOf<"AttestationReceived"> => ({
      type: "AttestationReceived",
      ...about,
      evidenceId: EvidenceId.parse(randomUUID()),
      role: "customer_compliance_officer",
      form: "letter",
      confirmedOn: day("2026-02-20"),
      documentSha256: HASH,
      controlled: false,
      about: [{ as: "evidence", place: "baa", sha256: HASH }],
      checked: { how: "known_address", on: day("2026-02-21") },
      personal: {
        about: [{ name: "baa.pdf", link: null }],
        from: {
          name: "Lee Park",
          title: "Compliance Officer",
          organisation: "Harbor Clinic",
          email: "lee@harbor.example",
        },
        statement: "We signed the agreement.",
        documentName: "letter.pdf",
        link: null,
      },
      ...given,
    }),
    request: (given: Given<"SignOffRequested"> = {}): FactOf<"SignOffRequested"> => ({
      type: "SignOffRequested",
      ...about,
      requestId: newRequest(),
      meaning: "requirement_met",
      contentHash: HASH,
      reason: null,
      expiresOn: null,
      ...given,
    }),
    end: (requestId: RequestId, as: FactOf<"RequestEnded">["as"]): FactOf<"RequestEnded"> => ({
      type: "RequestEnded",
      ...about,
      requestId,
      as,
      reason: null,
    }),
    sign: (signer: Person, given: Given<"SignOffRecorded"> = {}): FactOf<"SignOffRecorded"> => ({
      type: "SignOffRecorded",
      ...about,
      signOffId: SignOffId.parse(randomUUID()),
      requestId: null,
      meaning: "requirement_met",
      contentHash: HASH,
      definitionHash: "d1",
      role: "compliance_officer",
      consent: "I have seen it.",
      reason: null,
      expiresOn: null,
      surface: "slack",
      workspaceRef: signer.identity.workspaceRef,
      byAnswerer: false,
      personal: {
        userId: signer.identity.userId,
        name: signer.profile.name,
        email: signer.profile.email ?? "",
        timeZone: signer.profile.timeZone,
      },
      ...given,
    }),
    revoke: (
      signOffId: SignOffId,
      kind: FactOf<"SignOffRevoked">["kind"] = "undo",
    ): FactOf<"SignOffRevoked"> => ({
      type: "SignOffRevoked",
      ...about,
      signOffId,
      kind,
      reason: "Signed too early.",
    }),
    token: (tokenHash: Sha256, until: string): FactOf<"SigningTokenIssued"> => ({
      type: "SigningTokenIssued",
      ...about,
      tokenHash,
      meaning: "requirement_met",
      contentHash: HASH,
      expiresAt: Instant.parse(until),
    }),
  };
}
