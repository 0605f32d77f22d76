import { describe, expect, it } from "vitest";
import { describeDetection, detectVerticals } from "../../../src/domain/verticals/detect.ts";
import type { Detection } from "../../../src/domain/verticals/detection.ts";
import { Detect } from "../../../src/domain/workflows/detect.ts";
import { fc } from "../../support/properties.ts";
import { ASKING_CASES } from "./asking-cases.ts";
import { AUTOMATIC_CASES } from "./automatic-cases.ts";
import { EVERYDAY_CASES } from "./everyday-cases.ts";
import { FRESH_CASES } from "./fresh-cases.ts";
import { INDUSTRY_CASES } from "./industry-cases.ts";
import { aDefinition, readWorkflowFiles } from "./workflow-files.ts";

const DEFINITIONS = readWorkflowFiles();
const ALL_CASES = [
  ...INDUSTRY_CASES,
  ...AUTOMATIC_CASES,
  ...ASKING_CASES,
  ...EVERYDAY_CASES,
  ...FRESH_CASES,
];

const GUIDE: Readonly<Record<string, readonly string[]>> = {
  HIPAA: ["healthcare", "medical", "hospital", "clinic", "dental", "pharmacy"],
  PCI: ["finance", "banking", "insurance", "financial", "credit", "lending"],
  FedRAMP: ["government", "federal", "state", "municipal", "military", "defense"],
  FERPA: ["education", "university", "college", "school", "k12", "district"],
};

function words(text: string): Set<string> {
  return new Set(text.split(" ").filter((word) => word !== ""));
}

function suggests(text: string) {
  const { auto, ask, flags } = detectVerticals(text, DEFINITIONS);
  return {
    auto: new Set(auto),
    ask: new Set(ask.map((each) => `${each.vertical}:${each.default}`)),
    flags: new Set(flags),
  };
}

function wordsOf(detection: Detection, decision: string): readonly string[] {
  return detection.matches.filter((each) => each.decision === decision).map(({ word }) => word);
}

describe("an industry text", () => {
  it.each(ALL_CASES)("%j suggests auto [%s] ask [%s] flags [%s]", (text, auto, ask, flags) => {
    expect(suggests(text)).toEqual({ auto: words(auto), ask: words(ask), flags: words(flags) });
  });

  it("suggests the vertical of every keyword of the guide", () => {
    const listed = Object.fromEntries(
      DEFINITIONS.flatMap(({ workflow: { vertical, detect } }) =>
        detect === undefined ? [] : [[vertical, detect.keywords.map(({ word }) => word)]],
      ),
    );

    expect(listed).toEqual(GUIDE);
    for (const [vertical, keywords] of Object.entries(GUIDE))
      for (const keyword of keywords) expect(suggests(keyword).auto).toEqual(new Set([vertical]));
  });
});

describe("a keyword among other words", () => {
  const neutral = fc.constantFrom(
    // Not family: a military family is a look-alike.
    ..."north network regional group of greater new company services first central".split(" "),
  );
  const keyword = fc.constantFrom(
    ...Object.entries(GUIDE)
      .flatMap(([vertical, keywords]) => keywords.map((word) => ({ vertical, word })))
      .filter(({ word }) => word !== "state" && word !== "district"),
  );

  function inflect(word: string, plural: boolean): string {
    if (!plural) return word;
    return word.endsWith("y") ? `${word.slice(0, -1)}ies` : `${word}s`;
  }

  it("is automatic in any case and in the plural", () => {
    fc.assert(
      fc.property(
        keyword,
        fc.boolean(),
        fc.array(neutral, { maxLength: 4 }),
        fc.array(neutral, { maxLength: 4 }),
        fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
        ({ vertical, word }, plural, before, behind, upper) => {
          const cased = [...inflect(word, plural)]
            .map((letter, at) => (upper[at % 12] ? letter.toUpperCase() : letter))
            .join("");
          const { auto } = suggests([...before, cased, ...behind].join(" "));
          expect(auto).toEqual(new Set([vertical]));
        },
      ),
    );
  });

  it("asks or is ignored inside any longer word, and never applies by itself", () => {
    fc.assert(
      fc.property(
        keyword,
        fc.stringMatching(/^[b-df-hj-np-tv-z]{2,6}$/),
        fc.stringMatching(/^[b-df-hj-np-rtv-z]{2,6}$/),
        ({ word }, before, behind) => {
          const { auto } = suggests(`${before}${word}${behind}`);
          expect(auto).toEqual(new Set());
        },
      ),
    );
  });
});

describe("any text", () => {
  it("gives a result, each vertical once, whatever is typed", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 600 }), (text) => {
        const { auto, ask, flags } = detectVerticals(text, DEFINITIONS);
        const all = [...auto, ...ask.map(({ vertical }) => vertical)];
        expect(new Set(all).size).toBe(all.length);
        expect(new Set(flags).size).toBe(flags.length);
      }),
    );
  });

  it("leaves a note for every keyword that a search for letters would find", () => {
    const keywords = Object.entries(GUIDE).flatMap(([vertical, list]) =>
      list.map((word) => ({ vertical, word })),
    );
    for (const [text] of ALL_CASES)
      for (const { vertical, word } of keywords)
        if (text.toLowerCase().includes(word))
          expect(
            detectVerticals(text, DEFINITIONS).matches.map((match) => match.vertical),
            `${text}: ${word}`,
          ).toContain(vertical);
  });

  it("may be long, blank or full of control characters", () => {
    const far = `${"retail and trucking ".repeat(400)}hospital`;

    expect(suggests(far).auto).toEqual(new Set(["HIPAA"]));
    expect(suggests("hospital\u0000\u0007university").auto).toEqual(new Set(["HIPAA", "FERPA"]));
    expect(suggests("\u0000\u0001\u001b[2J").flags).toEqual(new Set(["needs_input"]));
    expect(suggests("\ud800hospital\udfff").auto).toEqual(new Set(["HIPAA"]));
    expect(suggests("state ".repeat(100_000)).ask).toEqual(new Set(["FedRAMP:no"]));
  });
});

describe("a word that is denied", () => {
  it.each([
    ["not a bank", "bank", "Stands after “not”."],
    ["used to be a bank", "bank", "Stands after “used to be”."],
    ["anything but banking", "banking", "Stands after “anything but”."],
    ["bank (closed)", "bank", "Stands before “closed”."],
  ])("asks with “no”, and says where it is denied: %s", (text, word, why) => {
    expect(detectVerticals(text, DEFINITIONS).matches).toEqual([
      { vertical: "PCI", word, decision: "ask", default: "no", why },
    ]);
  });

  it.each([
    ["hospital, school closed", "HIPAA"],
    ["hospital closed on Sundays", "HIPAA"],
    ["nothing but healthcare", "HIPAA"],
  ])("is not every word beside: %s", (text, vertical) => {
    expect(suggests(text).auto).toEqual(new Set([vertical]));
  });
});

describe("the words that decided", () => {
  it("are quoted as they stand in the text, with a reason", () => {
    const detection = detectVerticals("Occidental College and Ｈospital", DEFINITIONS);

    expect(wordsOf(detection, "auto")).toEqual(["Ｈospital", "College"]);
    expect(wordsOf(detection, "ignored")).toEqual(["Occidental"]);
    expect(detection.matches.every(({ why }) => why.length > 10)).toBe(true);
  });

  it("are quoted without invisible characters", () => {
    const detection = detectVerticals("hos\u200bpi\u202etal", DEFINITIONS);

    expect(wordsOf(detection, "auto")).toEqual(["hospital"]);
  });

  it("stand beside each vertical in the order of the workflow files", () => {
    const detection = detectVerticals("state university hospital", DEFINITIONS);

    expect(describeDetection(detection)).toEqual([
      expect.objectContaining({ vertical: "HIPAA", decision: "auto", word: "hospital" }),
      expect.objectContaining({ vertical: "FERPA", decision: "auto", word: "university" }),
      expect.objectContaining({
        vertical: "FedRAMP",
        decision: "ask",
        default: "no",
        word: "state",
        why: expect.stringContaining("name"),
      }),
    ]);
  });

  it("are the ones that lead to the preselected answer", () => {
    const [pci] = describeDetection(detectVerticals("food bank beside a bank", DEFINITIONS));

    expect(pci).toMatchObject({ vertical: "PCI", default: "yes", word: "bank" });
  });
});

describe("a vertical of a team's own", () => {
  const detect = Detect.parse({
    keywords: [{ word: "aviation" }],
    look_alikes: ["caviation"],
    inside: { default: "no" },
    synonyms: [
      { words: ["airline/airlines", "air carrier"], default: "yes", why: "Flies people." },
    ],
    contexts: [
      {
        words: ["parts"],
        unless: ["with a hangar"],
        decision: "ask",
        default: "no",
        why: "A supplier of parts.",
      },
    ],
    flags: [{ flag: "charter", words: ["charter"] }],
    together: [{ with: "HIPAA", flag: "air_ambulance", possible: "air_ambulance_possible" }],
  });
  const definitions = [...DEFINITIONS, aDefinition("FAA", 9, detect)];

  it.each([
    ["General aviation", ["FAA"], []],
    ["hospital aviation", ["HIPAA", "FAA"], ["air_ambulance"]],
    ["air carrier for a hospital", ["HIPAA"], ["air_ambulance_possible"]],
    ["charter aviation", ["FAA"], ["charter"]],
    ["not charter aviation, but cargo aviation", ["FAA"], []],
    ["aviation parts", [], []],
    ["aviation parts, with a hangar", ["FAA"], []],
    ["caviation", [], []],
    ["aviaton", [], []],
  ])("is detected by its file alone: %s", (text, auto, flags) => {
    const detection = detectVerticals(text, definitions);

    expect(detection.auto).toEqual(auto);
    expect(detection.flags).toEqual(flags);
  });

  it("asks about a word typed wrong", () => {
    expect(detectVerticals("aviaton", definitions).ask).toEqual([
      { vertical: "FAA", default: "yes" },
    ]);
  });
});

describe("the detect part of a workflow file", () => {
  it.each([
    ["an upper-case word", { keywords: [{ word: "Hospital" }] }],
    ["an empty list of keywords", { keywords: [] }],
    ["an unknown key", { keywords: [{ word: "hospital" }], words: ["hospital"] }],
    [
      "a question without a preselected answer",
      {
        keywords: [{ word: "hospital" }],
        phrases: [{ words: ["doll hospital"], decision: "ask", why: "A toy." }],
      },
    ],
    [
      "a pattern with a star in the middle",
      {
        keywords: [{ word: "hospital" }],
        synonyms: [{ words: ["doc*tor"], default: "yes", why: "A doctor." }],
      },
    ],
    [
      "two spaces in a pattern",
      {
        keywords: [{ word: "hospital" }],
        synonyms: [{ words: ["nursing  home"], default: "yes", why: "Care." }],
      },
    ],
  ])("is refused with %s", (_, detect) => {
    expect(Detect.safeParse(detect).success).toBe(false);
  });
});
