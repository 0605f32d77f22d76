import path from "node:path";
import { expect, test } from "vitest";
import type { Fact } from "../../src/domain/facts.ts";
import { Bug } from "../../src/domain/fault.ts";
import { RequirementName, Sha256 } from "../../src/domain/ids.ts";
import type { Person } from "../../src/domain/people/person.ts";
import type { DetectedVertical } from "../../src/domain/verticals/detection.ts";
import { readWorkflowFiles } from "../../src/store/workflow-files/read.ts";
import { createTestStore } from "../support/database.ts";
import { actorOf, aMigration, anOffice, aPerson, NOW, record } from "../support/people.ts";
import { day, factsOf, newRequest } from "./record-facts.ts";

const { store, asOwner } = await createTestStore();
const office = await anOffice(store);
const { organisationId } = office;
const dana = await aPerson(store, office, { name: "Dana Reyes" });
const omar = await aPerson(store, office, { name: "Omar Haddad" });
const OTHER = Sha256.parse("c".repeat(64));

async function happen(by: Person, ...facts: readonly Fact[]): Promise<void> {
  await record(store, { organisationId, actor: actorOf(by), at: NOW }, facts);
}

async function aMigrationWith(
  by: Person,
  facts: (of: ReturnType<typeof factsOf>) => readonly Fact[],
) {
  const of = factsOf(await aMigration(store, dana));
  await happen(by, ...facts(of));
  return of;
}

type Of = ReturnType<typeof factsOf>;

test.each<[string, (of: Of) => readonly Fact[]]>([
  ["answered", (of) => [of.answer()]],
  ["uploaded evidence", (of) => [of.evidence()]],
  ["received the attestation", (of) => [of.attestation()]],
  ["asked for the signature", (of) => [of.request()]],
])("whoever %s cannot sign, and somebody else can", async (_, work) => {
  const of = await aMigrationWith(dana, work);

  await expect(happen(dana, of.sign(dana))).rejects.toThrow("sign_offs_signer_did_the_work");
  await happen(omar, of.sign(omar));
});

test("a second account with the same e-mail address is the same human being", async () => {
  const email = `  ${dana.profile.email?.toUpperCase()}`;
  const twin = await aPerson(store, office, { name: "D. Reyes", profile: { email } });
  const of = await aMigrationWith(dana, (given) => [given.answer()]);

  await expect(happen(twin, of.sign(twin))).rejects.toThrow("sign_offs_signer_did_the_work");
});

test.each<[string, (of: Of) => readonly Fact[]]>([
  ["an answer that was withdrawn", (of) => [of.answer(), of.withdraw()]],
  [
    "evidence that was removed",
    (of) => {
      const added = of.evidence();
      return [added, { ...added, type: "EvidenceRemoved" }];
    },
  ],
  ["a request for another version", (of) => [of.request({ contentHash: OTHER })]],
  [
    "a request that was withdrawn",
    (of) => {
      const request = of.request();
      return [request, of.end(request.requestId, "withdrawn")];
    },
  ],
])("%s stops nobody from signing", async (_, work) => {
  const of = await aMigrationWith(dana, work);

  await happen(dana, of.sign(dana));
});

test("an answer that somebody else has replaced is no longer the signer's", async () => {
  const of = await aMigrationWith(dana, (given) => [given.answer()]);
  await happen(omar, of.answer({ personal: { value: "2026-02-02" } }));

  await expect(happen(omar, of.sign(omar))).rejects.toThrow("sign_offs_signer_did_the_work");
  await happen(dana, of.sign(dana));
});

test("the requester does not sign after another signature has ended the request", async () => {
  const request = factsOf(await aMigration(store, dana)).request();
  const of = factsOf(request.migrationId);
  await happen(dana, request);
  await happen(omar, of.end(request.requestId, "signed"), of.sign(omar));

  await expect(happen(dana, of.sign(dana))).rejects.toThrow("sign_offs_signer_did_the_work");
});

const ONE_CLICK = RequirementName.parse("vertical_confirmed");
const files = readWorkflowFiles(path.resolve(import.meta.dirname, "../../workflows"));
if ("problems" in files) throw new Error("the workflow files are not read");
const { definitions } = files;
const baseline = definitions.find(({ workflow }) => workflow.always)?.hash ?? "";

type Word = Pick<DetectedVertical, "vertical" | "decision">;

/** Verticals proposed by these words and confirmed by Dana as HIPAA; nothing else has happened. */
async function aConfirmation(words: readonly Word[], flags: readonly string[] = []) {
  const migrationId = await aMigration(store, dana);
  const by = { organisationId, actor: actorOf(dana), at: NOW };
  const detection = words.map((word) => ({
    ...word,
    default: "yes" as const,
    word: "x",
    why: "A word.",
  }));
  await record(
    store,
    by,
    [
      { type: "VerticalsProposed", migrationId, industry: "x", detection, flags },
      {
        type: "VerticalsConfirmed",
        migrationId,
        verticals: ["HIPAA"],
        definitions: definitions.map(({ hash, workflow }) => ({
          vertical: workflow.vertical,
          hash,
        })),
      },
    ],
    (writing) => writing.keepDefinitions(definitions),
  );
  return factsOf(migrationId, ONE_CLICK);
}

const HIPAA_WORD: Word = { vertical: "HIPAA", decision: "auto" };
const oneClick = { byAnswerer: true, role: "member", definitionHash: baseline } as const;

test("the one-click confirmation may be given by its answerer", async () => {
  const of = await aConfirmation([HIPAA_WORD]);
  await happen(dana, of.answer({ question: "gov", personal: { value: "no" } }));

  await happen(dana, of.sign(dana, oneClick));
});

test.each<[string, () => Promise<Of>, Parameters<Of["sign"]>[1]]>([
  [
    "for another requirement",
    async () => factsOf((await aConfirmation([HIPAA_WORD])).answer().migrationId),
    oneClick,
  ],
  [
    "in a role that the workflow does not let",
    () => aConfirmation([HIPAA_WORD]),
    {
      ...oneClick,
      role: "engineering_manager",
    },
  ],
  [
    "under a workflow that the migration does not have",
    () => aConfirmation([HIPAA_WORD]),
    {
      ...oneClick,
      definitionHash: "d1",
    },
  ],
  [
    "that it does not apply",
    () => aConfirmation([HIPAA_WORD]),
    {
      ...oneClick,
      meaning: "not_applicable",
      reason: "It does not.",
    },
  ],
  [
    "after a word that asks",
    () => aConfirmation([HIPAA_WORD, { vertical: "FERPA", decision: "ask" }]),
    oneClick,
  ],
  [
    "after a detected vertical was left out",
    () => aConfirmation([HIPAA_WORD, { vertical: "PCI", decision: "auto" }]),
    oneClick,
  ],
  ["after a text that says nothing", () => aConfirmation([], ["needs_input"]), oneClick],
  [
    "before the verticals are confirmed",
    async () => factsOf(await aMigration(store, dana), ONE_CLICK),
    oneClick,
  ],
])(
  "an answerer's signature is refused %s, even when the program lets it pass",
  async (_, begin, forged) => {
    const of = await begin();

    await expect(happen(dana, of.sign(dana, forged))).rejects.toThrow(
      "sign_offs_answerer_may_not_sign",
    );
  },
);

test("whoever confirmed the verticals does not sign them where a second person is asked", async () => {
  const of = await aConfirmation([HIPAA_WORD, { vertical: "FERPA", decision: "ask" }]);
  const manager = { role: "engineering_manager", definitionHash: baseline } as const;

  await expect(happen(dana, of.sign(dana, manager))).rejects.toThrow(
    "sign_offs_signer_did_the_work",
  );
  await happen(omar, of.sign(omar, manager));
});

test("one person signs one content in one meaning once, and again after a revocation", async () => {
  const of = await aMigrationWith(dana, (given) => [given.answer()]);
  const first = of.sign(omar);
  await happen(omar, first);

  await expect(happen(omar, of.sign(omar))).rejects.toThrow("sign_offs_signed_twice");
  await happen(omar, of.sign(omar, { contentHash: OTHER }));
  await happen(omar, of.revoke(first.signOffId));
  await happen(omar, of.sign(omar));
});

test("a hundred simultaneous signatures of one person leave one", async () => {
  const of = await aMigrationWith(dana, (given) => [given.answer()]);
  const { migrationId } = of.answer();

  const clicks = Array.from({ length: 100 }, (_, click) =>
    store.write(organisationId, `click-${click}`, async (writing) => {
      const found = await writing.lockSituation(migrationId, null);
      if (found?.record.items[0]?.signOffs.length) return "already";
      await writing.record([
        { organisationId, actor: actorOf(omar), at: NOW, fact: of.sign(omar) },
      ]);
      return "signed";
    }),
  );

  const outcomes = await Promise.all(clicks);
  expect(outcomes.filter((outcome) => outcome === "signed")).toHaveLength(1);
  const found = await store.read(organisationId, (reading) => reading.migration(migrationId));
  expect(found?.items[0]?.signOffs).toHaveLength(1);
  expect(found?.version).toBe(3);
});

test("one requirement has one open request in one meaning", async () => {
  const first = newRequest();
  const of = await aMigrationWith(dana, (given) => [given.request({ requestId: first })]);

  await expect(happen(dana, of.request())).rejects.toThrow("sign_off_requests_open_twice");
  await happen(dana, of.request(), of.end(first, "superseded"));
});

test("a waiver without an end is refused", async () => {
  const of = await aMigrationWith(dana, (given) => [given.answer()]);
  const waiver = { meaning: "waiver", reason: "Too early" } as const;

  await expect(happen(omar, of.sign(omar, waiver))).rejects.toThrow("sign_offs_waiver_without_end");
  await happen(omar, of.sign(omar, { ...waiver, expiresOn: day("2026-05-01") }));
});

test("a signature is revoked once and never changed or removed, even by the owner", async () => {
  const of = await aMigrationWith(dana, (given) => [given.answer()]);
  const signed = of.sign(omar);
  await happen(omar, signed, of.revoke(signed.signOffId));

  await expect(happen(omar, of.revoke(signed.signOffId))).rejects.toThrow(Bug);
  const only = "a signature can only be revoked";
  await expect(asOwner("update sign_offs set by_name = 'Eve'")).rejects.toThrow(only);
  await expect(asOwner("update sign_offs set revoked = null")).rejects.toThrow(only);
  await expect(asOwner("delete from sign_offs")).rejects.toThrow(only);
  await expect(asOwner("truncate sign_offs")).rejects.toThrow("append-only");
});

test("an error never repeats what people typed", async () => {
  const of = await aMigrationWith(dana, (given) => [given.answer()]);
  const secret = "Do not print me";
  await happen(omar, of.sign(omar, { consent: secret }));

  const error: unknown = await happen(omar, of.sign(omar, { consent: secret })).catch((e) => e);

  expect(error).toBeInstanceOf(Bug);
  const seen = error instanceof Error ? `${error.message} ${error.stack} ${error.cause}` : "";
  expect(seen).not.toContain(secret);
  expect(seen).not.toContain(omar.id);
});
