import { describe, expect, it } from "vitest";
import type { AnswerValue } from "../../../src/domain/migrations/record.ts";
import { isRefusal } from "../../../src/domain/refusal.ts";
import { type RawValue, readAnswers } from "../../../src/domain/requirements/read-answers.ts";
import {
  aBaseline,
  aChoice,
  aDefinition,
  aQuestion,
  aRequirement,
} from "../../support/definitions.ts";
import {
  answered,
  aRecord,
  aRequest,
  aView,
  contentOf,
  digest,
  named,
  requirementOf,
} from "../../support/records.ts";

const options = [
  { id: "voice", label: "Voice" },
  { id: "fax", label: "Fax" },
  { id: "none", label: "None of these" },
];
const FILE = { name: "list.pdf", sha256: digest("a"), bytes: 10, link: null };
const DEFINITIONS = [
  aBaseline(),
  aDefinition({
    vertical: "HIPAA",
    requirements: [
      aRequirement({
        name: "plan",
        ask: [
          aChoice({ id: "ready" }),
          aQuestion({
            id: "stores",
            type: "multi",
            options,
            validate: { exclusive: ["none"], min_items: 2 },
          }),
          aQuestion({ id: "note", validate: { max_length: 20, min_length: 3 } }),
          aQuestion({ id: "met_on", type: "date", validate: { not_future: true } }),
          aQuestion({
            id: "sent_on",
            type: "date",
            validate: { not_before: "met_on", not_past: true },
          }),
          aQuestion({
            id: "open_count",
            type: "number",
            validate: { min: 0, max: 600, integer: true },
          }),
          aQuestion({ id: "high_count", type: "number", validate: { at_most: "open_count" } }),
          aQuestion({
            id: "listing",
            type: "url",
            validate: { url_hosts: ["marketplace.fedramp.gov", "*.cloud.gov"] },
          }),
          aQuestion({ id: "scan", type: "file", validate: { file_types: ["pdf", "png"] } }),
          aQuestion({ id: "who", type: "member" }),
          aQuestion({ id: "outside", type: "external" }),
          aQuestion({ id: "second", validate: { distinct_from: "note" } }),
          aQuestion({ id: "listing_id", validate: { format: "fedramp_id" } }),
          aQuestion({ id: "hidden", show_if: { field: "ready", op: "eq", value: "yes" } }),
        ],
        pages: [
          ["ready", "stores", "note", "met_on", "sent_on", "open_count"],
          ["high_count", "listing", "scan", "who", "outside", "second"],
          ["listing_id", "hidden"],
        ],
      }),
    ],
  }),
];

function read(
  values: Readonly<Record<string, RawValue>>,
  before: Readonly<Record<string, AnswerValue>> = {},
) {
  const record = aRecord(DEFINITIONS, { items: [answered("plan", before)] });
  const view = aView(record, DEFINITIONS);
  const pages = requirementOf(view, "plan").pages;
  const [first = ""] = Object.keys(values);
  const page = pages.findIndex((questions) =>
    questions.some(({ question }) => question.id === first.split(".")[0]),
  );
  return readAnswers({
    view,
    requirement: named("plan"),
    page,
    values: new Map(Object.entries(values)),
  });
}

/** The one value that was stored, or the sentence beside the field. */
function outcomeOf(
  values: Readonly<Record<string, RawValue>>,
  before: Readonly<Record<string, AnswerValue>> = {},
) {
  const decided = read(values, before);
  if (isRefusal(decided))
    return decided.refused === "invalid_answers" ? decided.fields : decided.refused;
  return decided.facts.map((fact) =>
    fact.type === "AnswerGiven" ? fact.personal.value : fact.type,
  );
}

describe("an answer is stored as its type", () => {
  it.each<[string, Readonly<Record<string, RawValue>>, AnswerValue]>([
    ["a choice", { ready: "yes" }, "yes"],
    [
      "several, in the order of the question, each once",
      { stores: ["fax", "voice", "fax"] },
      ["voice", "fax"],
    ],
    ["an option that stands alone, though two are the fewest", { stores: ["none"] }, ["none"]],
    ["a text, trimmed and composed", { note: "  caf\u0065\u0301\r\nbar " }, "café\nbar"],
    ["a text from right to left", { note: "שלום עולם" }, "שלום עולם"],
    ["a date of today", { met_on: "2026-11-20" }, "2026-11-20"],
    ["a future date that may not be past", { sent_on: "2026-11-20" }, "2026-11-20"],
    ["a number", { open_count: " 36 " }, 36],
    ["zero, however it is written", { high_count: "-0" }, 0],
    ["a number with decimals where none are forbidden", { high_count: "1.5" }, 1.5],
    [
      "a link",
      { listing: "https://MARKETPLACE.fedramp.gov/products/F1" },
      "https://marketplace.fedramp.gov/products/F1",
    ],
    ["a link on a subdomain", { listing: "https://www.cloud.gov" }, "https://www.cloud.gov/"],
    ["a file", { scan: FILE }, FILE],
    [
      "a file whose name hides its ending",
      { scan: { ...FILE, name: "list\u202Efdp.exe.pdf" } },
      { ...FILE, name: "listfdp.exe.pdf" },
    ],
    ["a member", { who: "U123" }, "U123"],
    [
      "a person outside",
      {
        "outside.name": " Olga O'Neil ",
        "outside.title": "CPO",
        "outside.organisation": "Mercy",
        "outside.email": "olga+x@mail.mercy.example",
      },
      {
        name: "Olga O'Neil",
        title: "CPO",
        organisation: "Mercy",
        email: "olga+x@mail.mercy.example",
      },
    ],
    ["a listing id", { listing_id: "FR1825941347A" }, "FR1825941347A"],
  ])("%s", (_, values, stored) => {
    expect(outcomeOf(values)).toEqual([stored]);
  });
});

describe("only impossible input is refused, beside its field", () => {
  it.each<[string, Readonly<Record<string, RawValue>>, RegExp]>([
    ["an option that is none", { ready: "maybe" }, /Choose one/],
    ["a choice that is a file", { ready: FILE }, /no file/],
    ["an unknown option among others", { stores: ["voice", "telex"] }, /from the list/],
    [
      "an option that stands alone beside others",
      { stores: ["voice", "none"] },
      /“None of these” cannot stand/,
    ],
    ["too few", { stores: ["voice"] }, /at least 2/],
    ["a text that is too long", { note: "x".repeat(21) }, /21 characters long; the most is 20/],
    ["a text that is too short", { note: "ab" }, /at least 3/],
    ["NUL", { note: "abc\u0000def" }, /control character/],
    ["another control character", { note: "abc\u001bdef" }, /control character/],
    ["a lone surrogate", { note: "abc\ud800" }, /broken character/],
    ["an override of direction", { note: "abc\u202Edef" }, /turns its direction/],
    ["an isolate of direction", { note: "abc\u2066def" }, /turns its direction/],
    ["a day that no calendar has", { met_on: "2026-02-30" }, /no such day/],
    ["year 1", { met_on: "0001-01-01" }, /no such day/],
    ["a day that has not come", { met_on: "2026-11-21" }, /not come yet/],
    ["a day that has passed", { sent_on: "2026-11-19" }, /has passed/],
    ["a number in words", { open_count: "many" }, /digits only/],
    ["a number in another notation", { open_count: "1e3" }, /digits only/],
    ["infinity", { open_count: "Infinity" }, /digits only/],
    ["a part of a whole", { open_count: "1.5" }, /whole number/],
    ["less than the least", { open_count: "-1" }, /least is 0/],
    ["more than the most", { open_count: "601" }, /most is 600/],
    ["a link that is none", { listing: "see the wiki" }, /not a link/],
    [
      "a link without encryption",
      { listing: "http://marketplace.fedramp.gov/x" },
      /starts with https/,
    ],
    ["a script", { listing: "javascript:alert(1)" }, /starts with https/],
    [
      "a link on another host",
      { listing: "https://marketplace.fedramp.gov.evil.example/x" },
      /must be on/,
    ],
    [
      "the bare domain where a subdomain is meant",
      { listing: "https://cloud.gov/x" },
      /must be on/,
    ],
    [
      "a link with a password",
      { listing: "https://me:secret@marketplace.fedramp.gov/x" },
      /password/,
    ],
    ["a file of another kind", { scan: { ...FILE, name: "list.exe" } }, /pdf, png/],
    ["a listing id that is none", { listing_id: "F-1" }, /FedRAMP ID/],
  ])("%s", (_, values, sentence) => {
    const [field = ""] = Object.keys(values);

    expect(outcomeOf(values)).toEqual({ [field]: expect.stringMatching(sentence) });
  });

  it.each([["open_count", { open_count: "5", high_count: 6 }]])(
    "a number above another one (%s)",
    () => {
      expect(outcomeOf({ high_count: "6" }, { open_count: 5 })).toEqual({
        high_count: "This cannot be more than 5.",
      });
      expect(outcomeOf({ high_count: "5" }, { open_count: 5 })).toEqual([5]);
    },
  );

  it("a day before the one it follows, typed on the same page or answered before", () => {
    expect(outcomeOf({ met_on: "2026-11-20", sent_on: "2026-11-20" })).toEqual([
      "2026-11-20",
      "2026-11-20",
    ]);
    expect(outcomeOf({ sent_on: "2026-11-20" }, { met_on: "2026-11-21" })).toEqual({
      sent_on: "This cannot be before 2026-11-21.",
    });
  });

  it("a text that must differ from another", () => {
    expect(outcomeOf({ second: "Same" }, { note: "same" })).toEqual({
      second: "This must differ from the other answer.",
    });
    expect(outcomeOf({ second: "Other" }, { note: "same" })).toEqual(["Other"]);
  });

  it("a person outside without a title or with an address that is none, each beside its line", () => {
    const person = {
      "outside.name": "Olga",
      "outside.title": "",
      "outside.organisation": "Mercy",
      "outside.email": "olga@mercy",
    };

    expect(outcomeOf(person)).toEqual({
      "outside.title": expect.stringContaining("title"),
      "outside.email": expect.stringContaining("not an e-mail address"),
    });
  });

  it("nothing of a page is stored when one field is impossible", () => {
    expect(read({ ready: "yes", note: "ab" })).toMatchObject({
      refused: "invalid_answers",
      fields: { note: expect.any(String) },
    });
  });
});

describe("what changes", () => {
  it("an unchanged answer gives no fact", () => {
    expect(outcomeOf({ ready: "yes" }, { ready: "yes" })).toEqual([]);
    expect(outcomeOf({ stores: ["fax", "voice"] }, { stores: ["voice", "fax"] })).toEqual([]);
    expect(outcomeOf({ ready: "no" }, { ready: "yes" })).toEqual(["no"]);
  });

  it("a cleared answer is withdrawn, and one that was never given is not", () => {
    expect(outcomeOf({ note: "  " }, { note: "done" })).toEqual(["AnswerWithdrawn"]);
    expect(outcomeOf({ note: "" })).toEqual([]);
    expect(outcomeOf({ stores: [] }, { stores: ["voice", "fax"] })).toEqual(["AnswerWithdrawn"]);
  });

  it("a field that was not on the page is left alone, and so is a file that was not given anew", () => {
    expect(outcomeOf({ ready: "yes" }, { note: "done" })).toEqual(["yes"]);
    expect(outcomeOf({ scan: [] }, { scan: FILE })).toEqual([]);
  });

  it("a question that is hidden takes no answer", () => {
    expect(outcomeOf({ listing_id: "FR1825941347A", hidden: "abc" }, { ready: "no" })).toEqual([
      "FR1825941347A",
    ]);
    expect(outcomeOf({ listing_id: "FR1825941347A", hidden: "abc" }, { ready: "yes" })).toEqual([
      "FR1825941347A",
      "abc",
    ]);
  });

  it("a changed answer ends the request that waited for the version before", () => {
    const item = answered("plan", { ready: "no" });
    const contentHash = contentOf(
      requirementOf(aView(aRecord(DEFINITIONS, { items: [item] }), DEFINITIONS), "plan"),
    );
    const view = aView(
      aRecord(DEFINITIONS, { items: [{ ...item, requests: [aRequest({ contentHash })] }] }),
      DEFINITIONS,
    );
    const on = (ready: string) =>
      readAnswers({
        view,
        requirement: named("plan"),
        page: 0,
        values: new Map([["ready", ready]]),
      });

    expect(on("yes")).toMatchObject({
      facts: [{ type: "AnswerGiven" }, { type: "RequestEnded", as: "superseded" }],
    });
    expect(on("no")).toEqual({ facts: [] });
  });

  it.each([
    ["a page that is not there", { page: 7 }, { refused: "out_of_date" }],
    [
      "a requirement that is not there",
      { requirement: named("gone_one") },
      { refused: "out_of_date" },
    ],
  ])("%s is out of date", (_, more, refusal) => {
    const view = aView(aRecord(DEFINITIONS), DEFINITIONS);

    expect(
      readAnswers({ view, requirement: named("plan"), page: 0, values: new Map(), ...more }),
    ).toEqual(refusal);
  });

  it("a migration that is over takes none", () => {
    const view = aView(aRecord(DEFINITIONS, { state: "closed" }), DEFINITIONS);

    expect(
      readAnswers({
        view,
        requirement: named("plan"),
        page: 0,
        values: new Map([["ready", "yes"]]),
      }),
    ).toEqual({ refused: "migration_not_open", state: "closed" });
  });
});
