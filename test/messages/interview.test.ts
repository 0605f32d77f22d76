import { describe, expect, test } from "vitest";
import { Sha256 } from "../../src/domain/ids.ts";
import type { Question } from "../../src/domain/workflows/definition.ts";
import { attachFilesForm } from "../../src/messages/evidence/attach.ts";
import type { Field } from "../../src/messages/form.ts";
import * as interview from "../../src/messages/interview.ts";
import { answerText } from "../../src/messages/sections/answers.ts";
import {
  anAttestation,
  anEvidence,
  anItem,
  aRecord,
  aView,
  BAA,
  DANA,
  HASH,
  NOW,
  requirementOf,
  withRequirement,
} from "./builders.ts";
import { commandsOf, linesOf, plain } from "./walk.ts";

const options = [
  { id: "yes", label: "Yes" },
  { id: "no", label: "No", help: "Then stop." },
];
const asked = (question: Partial<Question> & Pick<Question, "type">): Question => ({
  id: "it",
  prompt: "How is it?",
  required: true,
  ...question,
});
const robin = anAttestation().from;
const file = { name: "map.pdf", sha256: HASH, bytes: 10, link: null };

/** A requirement with one page of these questions, answered or not. */
function fieldsFor(question: Question, value: unknown = null): readonly Field[] {
  const answer =
    value === null ? null : { question: question.id, value: value as string, by: DANA, at: NOW };
  const view = withRequirement(aView(), BAA, { pages: [[{ question, answer }]] });
  return interview.interviewForm(view, BAA, 0).fields;
}

describe("a question becomes a field of its type, prefilled", () => {
  test.each<[Question, unknown, Partial<Field>]>([
    [
      asked({ type: "choice", options }),
      "yes",
      { type: "choice", value: "yes", help: "No: Then stop." },
    ],
    [asked({ type: "multi", options }), ["no"], { type: "multi", value: ["no"] }],
    [asked({ type: "date" }), "2026-03-01", { type: "date", value: "2026-03-01" }],
    [
      asked({ type: "number", validate: { unit: "months" } }),
      72,
      { type: "number", value: "72", unit: "months" },
    ],
    [asked({ type: "url" }), "https://a.example", { type: "url", value: "https://a.example" }],
    [
      asked({ type: "text", validate: { max_length: 80 } }),
      "so",
      { type: "text", long: false, maxLength: 80 },
    ],
    [asked({ type: "member" }), null, { type: "user" }],
    [
      asked({ type: "file", validate: { file_types: ["pdf"] } }),
      null,
      { type: "file", accepts: ["pdf"], required: true },
    ],
  ])("%j answered %j", (question, value, field) => {
    expect(fieldsFor(question, value)).toEqual([expect.objectContaining({ id: "it", ...field })]);
  });

  test("a person outside is four typed fields, never picked from the workspace", () => {
    const fields = fieldsFor(asked({ type: "external" }), robin);

    expect(fields.map(({ id, type }) => [id, type])).toEqual([
      ["it.name", "text"],
      ["it.title", "text"],
      ["it.organisation", "text"],
      ["it.email", "email"],
    ]);
    expect(fields[0]).toMatchObject({ label: "How is it? – full name", value: "Robin Roe" });
  });

  test("a file that was given need not be given again", () => {
    expect(fieldsFor(asked({ type: "file" }), file)).toEqual([
      expect.objectContaining({
        required: false,
        help: "Given so far: map.pdf. Leave empty to keep it.",
      }),
    ]);
  });
});

test.each<[Question, Parameters<typeof answerText>[1], string]>([
  [asked({ type: "choice", options }), "no", "No"],
  [asked({ type: "multi", options }), ["no", "yes"], "No, Yes"],
  [asked({ type: "number", validate: { unit: "months" } }), 72, "72 months"],
  [asked({ type: "date" }), "2026-03-01", "2026-03-01"],
  [
    asked({ type: "external" }),
    robin,
    "Robin Roe, Compliance Officer, Mercy Clinic (robin@mercy.example)",
  ],
  [asked({ type: "file" }), file, `map.pdf, SHA-256 ${HASH}`],
  [asked({ type: "url" }), "https://a.example/b", "https://a.example/b"],
])("an answer to %j reads in words", (question, value, words) => {
  expect(plain(answerText(question, value))).toBe(words);
});

test("only an https answer becomes a link, and a day shows as a day", () => {
  expect(answerText(asked({ type: "url" }), "javascript:alert(1)")).toBe("javascript:alert(1)");
  expect(answerText(asked({ type: "date" }), "2026-03-01")).toEqual([{ day: "2026-03-01" }]);
});

test("pages that are hidden are neither shown nor counted", () => {
  const question = asked({ type: "date" });
  const view = withRequirement(aView(), BAA, {
    pages: [[], [{ question, answer: null }], [], [{ question, answer: null }]],
  });

  const second = interview.interviewForm(view, BAA, 2);

  expect(interview.interviewForm(view, BAA, 0).command).toMatchObject({ page: 1 });
  expect(second.command).toMatchObject({ type: "SaveAnswers", page: 3 });
  expect(linesOf(second)[1]).toMatch(/^Page 2 of 2\./);
  expect(linesOf(interview.interviewForm(view, BAA, 9)).join()).toContain("Page 1 of 2");
});

test("every page warns never to enter patients, students, cards or passwords", () => {
  expect(interview.interviewForm(aView(), BAA, 0).footnote).toMatch(
    /patient or student names, card numbers/,
  );
});

test("after saving, what fired is said with a word for its weight, and a block says what to do", () => {
  const when = { field: "a", op: "eq", value: 1 } as const;
  const view = withRequirement(aView(), BAA, {
    fired: [
      { question: "a", outcome: { when, effect: "block", message: "SRTP must be enabled." } },
      { question: "a", outcome: { when, effect: "warn", message: "It can fall back." } },
    ],
    blocks: ["SRTP must be enabled."],
    state: "blocked",
  });

  const saved = interview.interviewSaved(view, BAA);

  expect(saved.headline).toMatch(/^Saved: 0 of 12 answers .* An answer keeps it closed\.$/);
  expect(linesOf(saved)).toEqual(
    expect.arrayContaining([
      "Blocks: SRTP must be enabled.",
      "Warning: It can fall back.",
      requirementOf(view, BAA).definition.if_blocked,
    ]),
  );
  expect(commandsOf(saved)[0]?.label).toBe("Change the answers");
});

describe("the evidence form", () => {
  const [slot] = requirementOf(aView(), BAA).evidence;
  const fieldsWith = (...kinds: ("plain" | "controlled" | "restricted")[]) => {
    const evidence = kinds.flatMap((kind, index) =>
      slot ? [{ ...slot, slot: { ...slot.slot, id: `s${index}`, [kind]: true } }] : [],
    );
    const form = interview.evidenceForm(withRequirement(aView(), BAA, { evidence }), BAA, "s0");
    return form.fields.map(({ id, required }) => (required ? `${id}*` : id));
  };

  test.each<[("plain" | "controlled" | "restricted")[], string[]]>([
    [["plain"], ["slot*", "file", "link", "sha256", "name"]],
    [["controlled"], ["slot*", "link*", "sha256*", "name"]],
    [["restricted"], ["slot*", "held_on*"]],
    [
      ["plain", "restricted"],
      ["slot*", "file", "link", "sha256", "name", "held_on"],
    ],
  ])("for %j asks for %j", (kinds, ids) => {
    expect(fieldsWith(...kinds)).toEqual(ids);
  });
});

test("each piece of evidence can be removed after a question, until it is signed", () => {
  const [slot] = requirementOf(aView(), BAA).evidence;
  const evidence = slot ? [{ ...slot, given: [anEvidence()], met: true }] : [];
  const removals = (satisfied: boolean) =>
    commandsOf(
      interview.evidenceSaved(withRequirement(aView(), BAA, { evidence, satisfied }), BAA),
    ).filter(({ command }) => command.type === "RemoveEvidence");

  expect(removals(false)).toHaveLength(1);
  expect(removals(true)).toEqual([]);
});

test("files are matched with a requirement and a piece of evidence, never a restricted one", () => {
  const idsOf = (view: ReturnType<typeof aView>) => {
    const [choice] = attachFilesForm(view, ["BAA.pdf"]).fields;
    return choice?.type === "choice" ? choice.options.map(({ id }) => id) : [];
  };
  const view = aView();
  const evidence = requirementOf(view, BAA).evidence.map((entry) => ({
    ...entry,
    slot: { ...entry.slot, restricted: true },
  }));
  const own = (ids: readonly string[]) => ids.filter((id) => id.startsWith(`${BAA}.`));
  expect(own(idsOf(view))).toHaveLength(evidence.length);
  expect(own(idsOf(withRequirement(view, BAA, { evidence })))).toEqual([]);
  expect(idsOf(withRequirement(view, BAA, { evidence })).length).toBeGreaterThan(0);
});

describe("the attestation form", () => {
  const ids = (form: ReturnType<typeof interview.attestationForm>) =>
    form.fields.map(({ id }) => id);

  test("asks who, in which form, when and what, for the document, and how it was checked", () => {
    expect(ids(interview.attestationForm(aView(), BAA))).toEqual(
      "role name title organisation email form confirmed_on statement document link sha256 checked_how checked_on".split(
        " ",
      ),
    );
  });

  test("asks what it is about where there is a document: all of them, unless somebody chooses", () => {
    const tier = anEvidence({ slot: "tier_proof", name: "tier.pdf" });
    const view = aView(aRecord({ items: [anItem({ evidence: [tier] })] }));

    const about = interview.attestationForm(view, BAA).fields.find(({ id }) => id === "about");

    expect(about).toMatchObject({
      type: "multi",
      required: true,
      value: [expect.stringMatching(/^[0-9a-f]{24}$/)],
      options: [
        { label: `tier.pdf, SHA-256 ${HASH.slice(0, 12)}` },
        { id: "answers", label: "What was answered, and none of the documents" },
      ],
    });
  });

  test("about a document that was replaced says so, and is prefilled to be given again", () => {
    const tier = anEvidence({ slot: "tier_proof", name: "tier.pdf" });
    const subject = { as: "evidence", place: "tier_proof", name: "tier.pdf", link: null } as const;
    const word = anAttestation({ about: [{ ...subject, sha256: Sha256.parse("f".repeat(64)) }] });
    const item = anItem({ evidence: [tier], attestations: [word] });

    const form = interview.attestationForm(aView(aRecord({ items: [item] })), BAA);

    expect(linesOf(form).join(" ")).toMatch(
      /by Robin Roe is about tier\.pdf as it was on .*leave the document empty, and letter\.pdf is kept/,
    );
    expect(form.fields.find(({ id }) => id === "statement")).toMatchObject({
      value: word.statement,
    });
    expect(form.fields.find(({ id }) => id === "checked_how")).not.toHaveProperty("value");
  });

  test("asks for link and hash where the document is controlled", () => {
    const { definition } = requirementOf(aView(), BAA);
    const evidence = definition.evidence.map((slot) => ({
      ...slot,
      controlled: true,
      satisfied_by_attestation: ["customer_compliance_officer" as const],
    }));
    const view = withRequirement(aView(), BAA, { definition: { ...definition, evidence } });

    expect(ids(interview.attestationForm(view, BAA))).toEqual(
      "role name title organisation email form confirmed_on statement link sha256 checked_how checked_on".split(
        " ",
      ),
    );
  });

  test("takes the words that a waiver needs before the waiver is asked for", () => {
    const view = aView();
    const waivable = view.requirements.find(
      ({ definition, aside }) =>
        aside.waiver !== null &&
        definition.waiver?.attestations.length === 1 &&
        definition.sign_off.attestations.length === 0,
    );
    const rule = waivable?.definition.waiver?.attestations[0];

    const form = interview.attestationForm(view, waivable?.name ?? BAA);

    expect(linesOf(form).join()).toContain(rule?.must_say ?? "a waiver's words");
  });

  test("is prefilled with the contact of that role", () => {
    const contacts = [{ ...robin, role: "customer_compliance_officer" } as const];
    const view = aView(aRecord({ contacts }));

    const { fields } = interview.attestationForm(view, BAA);

    expect(fields[0]).toMatchObject({ id: "role", value: "customer_compliance_officer" });
    expect(fields[1]).toMatchObject({ id: "name", value: "Robin Roe" });
  });
});

test("an escalation names the customer, what happened and whom to contact", () => {
  const outcome = {
    when: { field: "a", op: "eq", value: 1 },
    effect: "escalate",
    message: "The deal cannot proceed with that platform.",
    contact: "customer_contracting_officer",
  } as const;

  const message = interview.escalationMessage(aView(), BAA, outcome);

  expect(message.headline).toBe("Mercy Clinic: The deal cannot proceed with that platform.");
  expect(linesOf(message)).toContain("Please contact the customer's contracting officer.");
});
