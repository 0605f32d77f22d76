/** Bundles made by the small second implementation, and what the verifier says of them. */
import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  aKey,
  anEntry,
  bundleLines,
  bundleOf,
  checkpointOf,
  sealLines,
  type TestEntry,
} from "../support/ledger-file.ts";
import { fc } from "../support/properties.ts";
import { aKeyFile, judge, verify } from "./verify.ts";

const organisation = randomUUID();
const migrationId = randomUUID();
const key = aKey();
const stranger = aKey();

/** Of every shape: with and without a migration, with personal data kept, erased, and held by counsel. */
function someEntries(count: number): readonly TestEntry[] {
  return Array.from({ length: count }, (_, index) => {
    const requirement = "hipaa_baa_signed";
    const about = { migrationId, requirement };
    const kinds = [
      () => anEntry(organisation, { type: "RoleGranted", role: "dpo" }),
      () => anEntry(organisation, { type: "GateChecked", migrationId, stage: 3, unsatisfied: [] }),
      () => anEntry(organisation, { type: "AnswerGiven", ...about }, { value: `Zoë's №${index}` }),
      () => {
        const { personal: _, ...rest } = anEntry(organisation, { type: "SignOffRecorded" }, {});
        return { ...rest, personal: { erasedAt: "2026-03-05T00:00:00.000Z" } };
      },
      () => {
        const { personal: _, ...rest } = anEntry(
          organisation,
          { type: "AnswerGiven" },
          { value: 1 },
        );
        return { ...rest, personal: { held: "by counsel" as const } };
      },
    ];
    return (kinds[index % kinds.length] ?? (() => anEntry(organisation, { type: "X" })))();
  });
}

const entries = someEntries(12);
const texts = entries.map(({ entry }) => entry);
const parts = { organisation, key, entries, checkpointAt: [1, 4, 5, 9] };
const whole = bundleOf(parts);
const keptAt = (size: number, by = key) => checkpointOf(organisation, texts.slice(0, size), by);

describe("an untouched bundle", () => {
  test("verifies, counts what is erased and held, and says that a tail may be withheld", () => {
    const { code, text } = verify(whole, { key: key.vkey });

    expect(code).toBe(0);
    expect(text).toContain(`INTACT: 12 entries of organization ${organisation}`);
    expect(text).toContain("5 signed checkpoints agree");
    expect(text).toContain("2 parts are as committed to, 2 erased, 2 held by counsel");
    expect(text).toContain("cannot tell whether later entries were withheld");
  });

  test("verifies whatever its size and wherever its checkpoints stand, with every kept checkpoint", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.infiniteStream(fc.boolean()),
        (size, coin) => {
          const some = someEntries(size);
          const all = some.map(({ entry }) => entry);
          const checkpointAt = all.flatMap((_, n) => (coin.next().value ? [n + 1] : []));
          const bundle = bundleOf({ organisation, key, entries: some, checkpointAt });
          const kept = all.map((_, n) => checkpointOf(organisation, all.slice(0, n + 1), key));

          const { code, text } = verify(bundle, { key: key.vkey, kept: kept.join("\n") });

          expect(text).toContain(`nothing up to entry ${size} was changed or withheld`);
          expect(code).toBe(0);
        },
      ),
      { numRuns: 15 },
    );
  });

  test("verifies with a key file of comments and older keys, and after the key was replaced", () => {
    const rotated = bundleOf({ ...parts, keyAt: (size) => (size <= 4 ? stranger : key) });
    const keys = `# Harbor\n${stranger.vkey}\n\n${key.vkey}\n`;

    expect(verify(rotated, { key: aKeyFile(keys), kept: keptAt(4, stranger) }).code).toBe(0);
    const { code, text } = verify(rotated, { key: key.vkey });
    expect(code).toBe(0);
    expect(text).toContain(
      `Older checkpoints are signed with key ${stranger.id}, which you did not`,
    );
  });
});

describe("how close the first bad entry is named", () => {
  const lines = bundleLines(parts);
  const second = lines.findIndex((line) => line.startsWith('{"n":2,'));

  test("a gap or a repetition in the numbers: exactly", () => {
    const gap = sealLines(lines.toSpliced(second, 1), { ...parts, entries: 12 });
    const twice = sealLines(lines.toSpliced(second, 0, lines[second] ?? ""), {
      ...parts,
      entries: 12,
    });

    expect(judge(gap, { key: key.vkey })).toEqual({
      outcome: "tampered",
      why: "Entry 2 is missing or moved: the line in its place is numbered 3.",
      firstBad: 2,
    });
    expect(judge(twice, { key: key.vkey })).toMatchObject({ firstBad: 3 });
    expect(judge(twice, { key: key.vkey }).lastSuspect).toBeUndefined();
  });

  test("a checkpoint that stands after another number of entries: since the one before it", () => {
    const checkpoint = lines.findIndex((line) => line.includes("\\n4\\n"));
    const moved = lines
      .toSpliced(checkpoint, 1)
      .toSpliced(checkpoint + 1, 0, lines[checkpoint] ?? "");

    expect(judge(sealLines(moved, { ...parts, entries: 12 }), { key: key.vkey })).toMatchObject({
      why: expect.stringContaining("The checkpoint after entry 5 was signed over 4 entries"),
      firstBad: 2,
      lastSuspect: 5,
    });
  });
});

test("a break that two people accepted is told", () => {
  const accepted = { type: "LedgerBreakAccepted", kind: "rolled_back", isFinal: true };
  const some = [
    anEntry(organisation, { ...accepted, isFinal: false }),
    anEntry(organisation, accepted),
  ];
  const { code, text } = verify(bundleOf({ ...parts, entries: some, checkpointAt: [] }), {
    key: key.vkey,
  });

  expect(text).toContain("Entry 2 records that two people accepted a break");
  expect(text).not.toContain("Entry 1 records");
  expect(code).toBe(0);
});

describe("what only a kept checkpoint tells", () => {
  const shorter = bundleOf({ ...parts, entries: entries.slice(0, 9), checkpointAt: [] });
  const other = bundleOf({ ...parts, entries: [...entries.slice(0, 6), ...someEntries(9)] });
  const resigned = bundleOf({ ...parts, key: stranger });

  test("a withheld tail, or an older state", () => {
    expect(verify(shorter, { key: key.vkey }).code).toBe(0);

    expect(judge(shorter, { key: key.vkey, kept: keptAt(12) })).toMatchObject({
      outcome: "tampered",
      firstBad: 10,
      lastSuspect: 12,
      why: expect.stringContaining("later entries were withheld"),
    });
  });

  test("a fork, between the last kept checkpoint that agrees and the first that does not", () => {
    expect(verify(other, { key: key.vkey }).code).toBe(0);

    const kept = [keptAt(5), keptAt(12), keptAt(9)].join("");
    expect(judge(other, { key: key.vkey, kept })).toMatchObject({
      outcome: "tampered",
      firstBad: 6,
      lastSuspect: 9,
    });
  });

  test("a signing anew, with whichever keys the auditor was given", () => {
    expect(verify(resigned, { key: stranger.vkey }).code).toBe(0);

    const kept = keptAt(5);
    for (const given of [key.vkey, stranger.vkey, aKeyFile(`${key.vkey}\n${stranger.vkey}\n`)]) {
      expect(judge(resigned, { key: given, kept })).toMatchObject({
        outcome: "tampered",
        why: expect.stringContaining("signed anew"),
      });
    }
  });
});

describe("what cannot be judged", () => {
  test("a wrong key is told apart from a changed file", () => {
    const { code, text } = verify(whole, { key: stranger.vkey });

    expect(code).toBe(1);
    expect(text).toContain(`signed with key ${key.id}, and you gave key ${stranger.id}`);
  });

  test.each([
    ["an empty file", "", "The file is empty."],
    ["a truncated first line", whole.slice(0, 50), "its first line does not end"],
    ["a binary file", Buffer.from([0, 255, 254, 10, 1, 2, 3, 10]), "is not UTF-8 text"],
    ["a picture", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), "no bundle"],
    ["another JSON file", '{"hello":1}\n', "its first line is no header"],
    ["a byte order mark", `\uFEFF${whole}`, "byte order mark"],
    ["UTF-16", Buffer.from(whole, "utf16le"), "no bundle"],
    ["gzip", Buffer.from([0x1f, 0x8b, 8, 0, 10]), "compressed with gzip"],
    ["Windows line ends", whole.replaceAll("\n", "\r\n"), "Windows line ends"],
    ["a later format", whole.replace("bundle-1", "bundle-2"), 'the format "cleargate-bundle-2"'],
    ["a header with an unknown member", whole.replace('"entries"', '"x":1,"entries"'), "no header"],
  ])("%s", (_, content, says) => {
    const { code, text } = verify(content, { key: key.vkey });

    expect(text).toContain(says);
    expect(text).toMatch(/^NOT CHECKED: [^\n]+\n$/);
    expect(code).toBe(1);
  });

  test.each([
    ["no file", "/nowhere/key", "The key file cannot be opened (ENOENT)"],
    ["an empty file", aKeyFile(""), "it holds no key"],
    ["another text", aKeyFile("hello"), "line 1 is not a key"],
    ["a wrong id", aKeyFile(key.vkey.replace(key.id, "00000000")), "line 1 is not a key"],
    ["a key of another kind", aKeyFile(`cleargate-ledger+${key.id}+AAAA`), "line 1 is not a key"],
  ])("a key that is %s", (_, given, says) => {
    const { code, text } = verify(whole, { key: given });

    expect(text).toContain(says);
    expect(code).toBe(1);
  });

  test.each([
    ["empty", "", "holds no signed checkpoint"],
    ["another text", "hello\n", "note 1 is not a checkpoint"],
    ["changed", keptAt(4).replace("\n4\n", "\n5\n"), "the signature of note 1 is not right"],
    ["unsigned", keptAt(4).split("—")[0] ?? "", "note 1 is not a checkpoint"],
    ["of another organization", checkpointOf(randomUUID(), texts, key), "another organization's"],
  ])("a kept checkpoint that is %s", (_, kept, says) => {
    const { code, text } = verify(whole, { key: key.vkey, kept });

    expect(text).toContain(says);
    expect(code).toBe(1);
  });
});

describe("lines of another form", () => {
  const lines = bundleLines(parts);
  const third = lines.findIndex((line) => line.startsWith('{"n":3,'));
  const changed = (change: (line: string) => string) =>
    sealLines(lines.with(third, change(lines[third] ?? "")), { ...parts, entries: 12 });

  test.each<[string, (line: string) => string, string]>([
    ["a member twice", (line) => line.replace('"n":3', '"n":3,"n":3'), "the one form of an entry"],
    ["a space", (line) => line.replace('"n":3', '"n": 3'), "the one form of an entry"],
    ["members in another order", reorder, "the one form of an entry"],
    ["a member more", (line) => line.replace(/\}$/, ',"x":1}'), "the one form of an entry"],
    ["a number beyond 2^53", (line) => line.replace('"n":3', '"n":9007199254740993'), "one form"],
    ["a number as text", (line) => line.replace('"n":3', '"n":"3"'), "the one form of an entry"],
    ["a needless escape", (line) => line.replace("hipaa", "\\u0068ipaa"), "escapes a character"],
    ["broken JSON", (line) => line.slice(0, -1), "it is not JSON"],
    ["an empty line", () => "", "it is an empty line"],
    ["a Windows line end", (line) => `${line}\r`, "it has a Windows line end"],
    ["a list", () => "[]", "it is not a JSON object"],
    ["a line of 2 MiB", (line) => `${line}${" ".repeat(2 ** 21)}`, "longer than 1024 KiB"],
    ["an unknown kind of personal part", (line) => line.replace('"salt"', '"pepper"'), "one form"],
    ["a salt that is too short", (line) => line.replace(/"salt":"..../, '"salt":"'), "one form"],
  ])("%s", (_, change, says) => {
    const { code, text } = verify(changed(change), { key: key.vkey });

    expect(text).toContain("TAMPERED: Entry 3: ");
    expect(text).toContain(says);
    expect(code).toBe(2);
  });

  test("bytes that are not UTF-8, far into a file, name their entry", () => {
    const bytes = Buffer.from(whole);
    bytes[whole.indexOf('"n":3') + 70] = 0xff;

    expect(judge(bytes, { key: key.vkey })).toMatchObject({ outcome: "tampered", firstBad: 3 });
  });

  test("something after the seal", () => {
    for (const more of ["\n", " ", "{}\n", whole.split("\n")[1] ?? "", whole]) {
      const { code, text } = verify(`${whole}${more}`, { key: key.vkey });

      expect(text).toContain("added after the seal");
      expect(code).toBe(2);
    }
  });

  test("a file that was cut off, wherever", () => {
    for (const length of [0.3, 0.6, 0.9, 0.999]) {
      const { code, text } = verify(whole.slice(0, whole.length * length), { key: key.vkey });

      expect(text).toContain("it was cut off");
      expect(code).toBe(2);
    }
  });
});

function reorder(line: string): string {
  const { n, migration, ...rest } = JSON.parse(line);
  return JSON.stringify({ migration, n, ...rest });
}

describe("entries that are not canonical, though signed", () => {
  const withEntry = (change: (entry: string) => string) => {
    const some = entries.map((one, at) => (at === 2 ? { ...one, entry: change(one.entry) } : one));
    return bundleOf({ ...parts, entries: some });
  };

  test.each<[string, (entry: string) => string, string]>([
    ["a member twice", (entry) => entry.replace('"v":1', '"v":1,"v":1'), "a member is given twice"],
    ["members out of order", (entry) => `{"v":1,${entry.slice(1)}`, "not in order"],
    ["white space", (entry) => entry.replace('"v":1', '"v": 1'), "it is not JSON"],
    ["a long number", (entry) => entry.replace('"v":1', '"u":9007199254740993,"v":1'), "2^53"],
    ["1.0", (entry) => entry.replace('"v":1', '"v":1.0'), "writes a number in another way"],
    ["minus zero", (entry) => entry.replace('"v":1', '"u":-0,"v":1'), "number in another way"],
    ["an escape of a letter", (entry) => entry.replace("hipaa", "\\u0068ipaa"), "escapes"],
    ["half a character", (entry) => entry.replace("hipaa", "\\ud800"), "escapes a character"],
    ["no end", (entry) => entry.slice(0, -1), "without white space"],
    ["a second object", (entry) => `${entry}{}`, "goes on after its end"],
    ["deep nesting", (entry) => entry.replace('"v"', `"u":${"[".repeat(99)},"v"`), "too deep"],
    ["another version", (entry) => entry.replace('"v":1', '"v":2'), "unknown version"],
    ["another organization", (entry) => entry.replace(organisation, randomUUID()), "belongs to"],
    ["no type", (entry) => entry.replace('"type":"AnswerGiven",', ""), "lacks its type"],
  ])("%s", (_, change, says) => {
    const { code, text } = verify(withEntry(change), { key: key.vkey });

    expect(text).toContain("TAMPERED: Entry 3: ");
    expect(text).toContain(says);
    expect(code).toBe(2);
  });

  test("every canonical text of the second implementation is taken, whatever it holds", () => {
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: "small" },
        fc.string({ unit: "grapheme" }),
        fc.string({ unit: "binary-ascii" }).filter((text) => !text.includes("\0")),
        fc.maxSafeInteger(),
        fc.double({ min: -1e9, max: 1e9, noNaN: true }).filter((number) => !Object.is(number, -0)),
        fc.constantFrom(null, true, false),
        fc.array(tie("any")),
        fc.dictionary(fc.string({ unit: "grapheme" }), tie("any")),
      ),
    })).any;
    fc.assert(
      fc.property(value, (given) => {
        const { code, text } = verify(
          bundleOf({
            ...parts,
            entries: [anEntry(organisation, { type: "AnswerGiven", given }, { given })],
            checkpointAt: [],
          }),
          { key: key.vkey },
        );

        expect(text).toContain("INTACT");
        expect(code).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});
