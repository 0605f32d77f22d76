/** A message as a card: nothing that a person wrote acts as anything but text, and what does not fit is said. */
import { describe, expect, test } from "vitest";
import type { AdaptiveCard } from "../../../src/chat/teams/render/cards.ts";
import { CARD_CHARACTERS, FALLBACK_TEXT } from "../../../src/chat/teams/render/limits.ts";
import { renderHome } from "../../../src/chat/teams/render-home.ts";
import { renderMessage, sayMessage } from "../../../src/chat/teams/render-message.ts";
import type { Command } from "../../../src/domain/command.ts";
import { Day, Instant, MigrationId } from "../../../src/domain/ids.ts";
import { makeVisible } from "../../../src/messages/edge/plain-text.ts";
import type { Button, Inline, Message } from "../../../src/messages/message.ts";
import { fc } from "../../support/properties.ts";
import { checkCard } from "../../support/teams/checks/card.ts";
import { nodesIn, ofType, readLines, readRuns } from "./parts.ts";

const MIGRATION = MigrationId.parse("0d9a3d1e-8a53-4a1c-9f6b-000000000001");
const STATUS: Command = { type: "ShowStatus", migration: MIGRATION };
const many = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index + 1));
const button = (n: number): Button => ({ label: `Button ${n}`, command: STATUS });

function draw(message: Message, options?: Parameters<typeof renderMessage>[1]) {
  const { card } = renderMessage(message, options);
  expect(checkCard(card)).toEqual([]);
  expect(JSON.stringify(card).length).toBeLessThanOrEqual(CARD_CHARACTERS);
  return { card, shown: readLines(card).join("\n") };
}

const runs = (card: AdaptiveCard) => ofType(card.body, "TextRun");

describe("what a person wrote", () => {
  const HOSTILE = [
    "[sign here](javascript:alert(1))",
    "[bank](https://evil.example)",
    "**bold** _italic_ ~~gone~~ `code`",
    "# heading\n- list\n> quoted",
    "{{DATE(2026-01-01T00:00:00Z,SHORT)}}",
    "{{{TIME(2026-01-01T00:00:00Z)}}}",
    "<at>Dana</at> <b>bold</b> &lt;at&gt;",
    "$" + "{secret}",
    "\u202Egpj.exe",
    "a\u200Bb\u2060c\uFEFFd",
    "\uD800 alone",
    "line\r\nbreak\tand\u0000nul",
    "שלום {{ עולם",
  ];
  const hostile = fc.oneof(
    fc.constantFrom(...HOSTILE),
    fc.string({ unit: "binary", maxLength: 60 }),
    fc
      .array(fc.constantFrom("{", "}", "[", "]", "(", ")", "*", "_", "<", "DATE", "\n", "a"))
      .map((parts) => parts.join("")),
  );
  const inline = fc.oneof(
    hostile,
    hostile.map((strong): Inline => ({ strong })),
    hostile.map((code): Inline => ({ code })),
    hostile.map((text): Inline => ({ link: "https://docs.example/page", text })),
    hostile.map((link): Inline => ({ link, text: "here" })),
  );
  const text = fc.oneof(hostile, fc.array(inline, { minLength: 1, maxLength: 3 }));
  const open: Command = { type: "OpenHome" };
  const confirm = fc.record({ title: hostile, text: hostile, yes: hostile });
  const section = fc.record({
    title: hostile,
    lines: fc.array(text, { maxLength: 2 }),
    fields: fc.array(fc.record({ label: hostile, value: text }), { maxLength: 2 }),
    checklist: fc.array(
      fc.record({
        mark: fc.constantFrom("open" as const, "done" as const),
        text,
        state: hostile,
        action: fc.record({ label: hostile, command: fc.constant(open), confirm }),
      }),
      { maxLength: 2 },
    ),
    table: fc.record({
      caption: hostile,
      columns: fc.tuple(hostile, hostile),
      rows: fc.array(fc.tuple(hostile, hostile), { maxLength: 2 }),
    }),
    code: hostile,
    actions: fc.array(
      fc.oneof(
        fc.record({ label: hostile, url: hostile }),
        fc.record({
          label: hostile,
          choices: fc.array(fc.record({ label: hostile, command: fc.constant(open) }), {
            maxLength: 2,
          }),
        }),
      ),
      { maxLength: 2 },
    ),
  });
  const message = fc.record({
    headline: hostile,
    sections: fc.array(section, { maxLength: 2 }),
    attachment: fc.record({ name: hostile, mimeType: hostile, content: hostile }),
    footnote: text,
  });

  test("is never markup, a date, a mention or a link that was not meant", () => {
    fc.assert(
      fc.property(message, (given: Message) => {
        const { card, summary } = renderMessage(given);

        expect(checkCard(card).filter((fault) => !fault.includes("two choices"))).toEqual([]);
        const nodes = nodesIn(card);
        expect(nodes.filter(({ type }) => type === "TextBlock")).toEqual([]);
        for (const { type, url } of nodes)
          if (type === "Action.OpenUrl") expect(String(url)).toMatch(/^(https?|mailto):/);
        const words = nodes.flatMap(({ text, title, label }) => [text, title, label].map(String));
        for (const word of [...words, card.fallbackText]) {
          expect(word).not.toContain("{{");
          expect(word).not.toMatch(/[\u202E\u200B\u2060\uFEFF\t\r]/);
          expect(word.isWellFormed()).toBe(true);
        }
        expect(card.fallbackText).not.toContain("](");
        expect(summary).not.toMatch(/[\u202E\u200B]/);
      }),
      { numRuns: 300 },
    );
  });

  const joinBraces = (words: string) => words.replaceAll(/\{ (?=\{)/g, "{");

  test("is read back to the letter where it stands alone", () => {
    fc.assert(
      fc.property(hostile, (words) => {
        const { card } = renderMessage({ headline: "x", sections: [{ lines: [words] }] });
        const expected = makeVisible(words);
        const [, shown = ""] = readRuns(card);
        expect(joinBraces(shown)).toBe(joinBraces(expected));
      }),
    );
  });
});

describe("a line", () => {
  const lines = (...inlines: Inline[]) =>
    runs(draw({ headline: "x", sections: [{ lines: [inlines] }] }).card).slice(1);

  test("marks what is strong and what is code", () => {
    expect(lines("a ", { strong: "b" }, { code: "c" })).toEqual([
      { type: "TextRun", text: "a " },
      { type: "TextRun", text: "b", weight: "Bolder" },
      { type: "TextRun", text: "c", fontType: "Monospace" },
    ]);
  });

  test("opens a link, and shows the address when its text names one", () => {
    const [named] = lines({ link: "https://docs.example/baa", text: "the BAA" });
    const feigned = lines({ link: "https://evil.example/x", text: "https://bank.example" });

    expect(named).toMatchObject({
      text: "the BAA",
      selectAction: { type: "Action.OpenUrl", url: "https://docs.example/baa" },
    });
    expect(feigned.map(({ text }) => text)).toEqual([
      "https://bank.example (",
      "https://evil.example/x",
      ")",
    ]);
    expect(feigned.map(({ selectAction }) => selectAction !== undefined)).toEqual([
      false,
      true,
      false,
    ]);
  });

  test.each([
    "javascript:alert(1)",
    "msteams:/l/chat",
    "data:text/html,x",
    "https://a:b@c.example",
  ])("shows %j as text, because it is no address to open", (link) => {
    expect(lines({ link, text: "here" })).toEqual([{ type: "TextRun", text: `here (${link})` }]);
  });

  test("shows a time in the reader's zone and a day as the same day for all", () => {
    const time = Instant.parse("2026-03-02T09:10:00.123Z");
    const shown = lines(
      { time, as: "date_time" },
      { time, as: "date" },
      { day: Day.parse("2026-12-31") },
    );

    expect(shown.map(({ text }) => text)).toEqual([
      "{{DATE(2026-03-02T09:10:00Z,SHORT)}} {{TIME(2026-03-02T09:10:00Z)}}",
      "{{DATE(2026-03-02T09:10:00Z,SHORT)}}",
      "Dec 31, 2026",
    ]);
  });

  test("isolates words that run from right to left once", () => {
    expect(lines({ link: "no address", text: "שלום" })[0]?.text).toBe(
      "\u2068שלום\u2069 (no address)",
    );
  });
});

describe("a message", () => {
  test.each([
    ["good", "✅ Good"],
    ["attention", "⚠️ Attention"],
    ["bad", "⛔ Problem"],
  ] as const)("that is %s says so in a word, also where no badge is drawn", (tone, words) => {
    const { card } = draw({ headline: "Gate 5", tone });

    expect(card.body[0]).toMatchObject({
      inlines: [{ text: "Gate 5", size: "Large", weight: "Bolder" }],
    });
    expect(card.body[1]).toMatchObject({
      type: "Badge",
      text: words,
      fallback: { inlines: [{ text: words }] },
    });
  });

  test("without a tone has a headline alone", () => {
    expect(draw({ headline: "Gate 5" }).card.body).toHaveLength(1);
  });

  test("shows progress as a bar and in words, a count only once", () => {
    const progress = { done: 3, of: 18, label: "3 of 18 signed" };
    const { card, shown } = draw({ headline: "x", sections: [{ progress }] });

    const [bar] = ofType(card.body, "ProgressBar");
    expect(bar).toMatchObject({ value: 16, fallback: { inlines: [{ text: "▰▱▱▱▱▱▱▱▱▱" }] } });
    expect(shown).toBe("x\n3 of 18 signed");
    expect(sayMessage({ headline: "x", sections: [{ progress }] })).toBe("x\n3 of 18 signed");
  });

  test("shows facts, checks and code line by line", () => {
    const { shown } = draw({
      headline: "x",
      sections: [
        { title: "About", fields: [{ label: "Customer", value: "" }] },
        { checklist: [{ mark: "blocked", text: "BAA", state: "rejected", action: button(1) }] },
        { code: "first\n  second" },
      ],
      attachment: { name: "report.json", mimeType: "application/json", content: "{}" },
      footnote: "As of today.",
    });

    expect(shown.split("\n").slice(1)).toEqual([
      "About",
      "Customer",
      "–",
      "⛔ BAA · rejected",
      "[Button 1]",
      "first",
      "  second",
      "📎 report.json",
      "As of today.",
    ]);
  });

  test("begins every part of a long table with its heads", () => {
    const rows = many(120, (n) => [`command ${n}`, ""]);
    const table = { caption: "Commands", columns: ["Command", "What"], rows };
    const { card, shown } = draw({ headline: "x", sections: [{ table }] });

    expect(
      ofType(card.body, "Table").map(({ rows }) => Array.isArray(rows) && rows.length),
    ).toEqual([51, 51, 21]);
    expect(shown.match(/^Command\nWhat$/gm)).toHaveLength(3);
    expect(shown).toContain("command 120\n–");
  });

  test("with 3,000 lines keeps its headline and buttons, and says how many lines are missing", () => {
    const lines = many(3_000, (n) => `line ${n} "quoted"`);
    const { shown } = draw({ headline: "All", sections: [{ lines, actions: [button(1)] }] });

    const kept = shown.match(/^line /gm)?.length ?? 0;
    expect(kept).toBeGreaterThan(200);
    expect(shown).toMatch(new RegExp(`line ${kept} "quoted"\\n…and ${3_000 - kept} more\\n`));
    expect(shown).toMatch(/^All\n/);
    expect(shown).toMatch(/\[Button 1\]$/);
  });

  test("with more buttons than a card holds counts their rows", () => {
    const { card, shown } = draw({ headline: "All", sections: [{ actions: many(300, button) }] });

    const rows = ofType(card.body, "ActionSet").length;
    expect(shown).toContain(`…and ${50 - rows} more rows of buttons`);
  });

  test("with one endless line counts what is cut off", () => {
    const { card } = draw({ headline: "<".repeat(90_000) });

    expect(runs(card)[0]?.text).toMatch(/^<{2000}.*… \(and \d+ more characters\)$/);
    expect(card.fallbackText.length).toBeLessThanOrEqual(FALLBACK_TEXT);
  });

  test("says everything in its fallback text, within 4,000 characters", () => {
    const message: Message = {
      headline: "Gate 5: BLOCKED",
      sections: [
        { checklist: [{ mark: "open", text: "BAA", state: "pending" }], actions: [button(1)] },
        { fields: [{ label: "Customer", value: "A & B" }] },
        { table: { caption: "Dates", columns: ["What", "When"], rows: [["BAA", "soon"]] } },
      ],
      footnote: "As of today.",
    };
    const long = sayMessage({ headline: "x", sections: [{ lines: many(500, () => "[a](b)") }] });

    expect(draw(message).card.fallbackText).toBe(sayMessage(message));
    expect(sayMessage(message).split("\n")).toEqual([
      "Gate 5: BLOCKED",
      "⬜ BAA · pending",
      "Customer: A & B",
      "Dates",
      "BAA, soon",
      "As of today.",
      "[Button 1]",
    ]);
    expect(long.length).toBeLessThanOrEqual(FALLBACK_TEXT);
    expect(long).toMatch(/…and \d+ more lines$/);
  });

  test("of a home page is the page", () => {
    const { card, summary } = renderHome({ headline: "Your queue", sections: [{ lines: ["a"] }] });

    expect(summary).toBe("Your queue");
    expect(readRuns(card)).toEqual(["Your queue", "a"]);
  });
});
