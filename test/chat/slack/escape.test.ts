/** Whatever a person wrote is shown as text: no mention, no link, no markup, nothing hidden. */

import { describe, expect, test } from "vitest";
import { plain, toLeaves, toTextObject } from "../../../src/chat/slack/render/escape.ts";
import { renderForm, renderNotice } from "../../../src/chat/slack/render-form.ts";
import { renderMessage } from "../../../src/chat/slack/render-message.ts";
import { makeVisible } from "../../../src/messages/edge/plain-text.ts";
import type { Inline, Message } from "../../../src/messages/message.ts";
import { fc } from "../../support/properties.ts";
import { checkBlocks } from "../../support/slack/checks/blocks.ts";
import { asObject } from "../../support/slack/checks/parts.ts";
import { checkView } from "../../support/slack/checks/view.ts";
import { drawMarkup, readBlocks } from "../../support/slack/driver/reading.ts";

const HOSTILE = [
  "<!channel>",
  "<!here|all>",
  "<@U0ADMIN>",
  "<#C0GENERAL|general>",
  "<!subteam^S123>",
  "<!date^1^{date}|never>",
  "<https://evil.example|https://bank.example>",
  "<mailto:a@b.example|sign here>",
  "&lt;!channel&gt;",
  "*bold* _italic_ ~gone~ `code` ```block```",
  "> quoted\n>>> all of it",
  ":skull: :white_check_mark:",
  "\u202Egpj.exe",
  "a\u200Bb\u2060c\uFEFFd",
  "\uD800 alone",
  "line\r\nbreak\tand\u0000nul\u0007bell",
  "שלום <!channel> עולם",
  "Ω≈ç√ 👩‍⚕️ 🏥",
];

const hostile = fc
  .oneof(
    fc.constantFrom(...HOSTILE),
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.array(
      fc.constantFrom("<", ">", "!", "@", "#", "|", "&", "*", "_", "`", "~", ":", "\n", "a"),
    ),
  )
  .map((part) => (typeof part === "string" ? part : part.join("")));

const inline = fc.oneof(
  hostile,
  hostile.map((strong): Inline => ({ strong })),
  hostile.map((code): Inline => ({ code })),
  hostile.map((text): Inline => ({ link: "https://docs.example/page", text })),
  hostile.map((link): Inline => ({ link, text: "here" })),
);
const text = fc.oneof(hostile, fc.array(inline, { minLength: 1, maxLength: 4 }));

/** Every piece of markup in rendered output: what Slack would parse. */
function collectMarkup(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(collectMarkup);
  const object = asObject(node);
  if (object === null) return [];
  if (object.type === "mrkdwn") return [String(object.text)];
  return Object.values(object).flatMap(collectMarkup);
}

/** Tokens of markup that only a mention or a link can be. */
const MENTION = /<[!@#](?!date\^)/;
const LINK = /<(?!!date\^)[^|>]*/g;

function collectLeaves(node: unknown): { type?: unknown; url?: unknown }[] {
  if (Array.isArray(node)) return node.flatMap(collectLeaves);
  const object = asObject(node);
  if (object === null) return [];
  return [object, ...Object.values(object).flatMap(collectLeaves)];
}

describe("a message made of hostile words", () => {
  const message = fc.record({
    headline: hostile,
    sections: fc.array(
      fc.record({
        title: hostile,
        lines: fc.array(text, { maxLength: 3 }),
        fields: fc.array(fc.record({ label: hostile, value: text }), { maxLength: 3 }),
        checklist: fc.array(
          fc.record({
            mark: fc.constantFrom("open" as const, "done" as const),
            text,
            state: hostile,
            action: fc.record({
              label: hostile,
              command: fc.constant({ type: "OpenHome" as const }),
            }),
          }),
          { maxLength: 3 },
        ),
        code: hostile,
      }),
      { maxLength: 2 },
    ),
    footnote: text,
  });

  test("holds no mention and no link that was not meant, and Slack takes it", () => {
    fc.assert(
      fc.property(message, (given: Message) => {
        const { text: fallback, blocks } = renderMessage(given);

        for (const markup of collectMarkup(blocks)) {
          expect(markup).not.toMatch(MENTION);
          for (const [link] of markup.matchAll(LINK)) expect(link).toMatch(/^<(https?|mailto):/);
        }
        expect(fallback).not.toMatch(/<[!@#]|<http|</);
        for (const leaf of collectLeaves(blocks)) {
          expect(["user", "usergroup", "channel", "broadcast", "emoji"]).not.toContain(leaf.type);
        }
        expect(checkBlocks(blocks, "message")).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  test("is read back to the letter where a person's words stand alone", () => {
    fc.assert(
      fc.property(hostile, (words) => {
        const { blocks } = renderMessage({ headline: "x", sections: [{ lines: [words] }] });
        const expected = makeVisible(words).slice(0, 2_000);
        if (expected !== "") expect(readBlocks(blocks.slice(1)).slice(0, 2_000)).toBe(expected);
      }),
    );
  });
});

test("markup that is drawn shows the letters that were written, none more and none less", () => {
  const part = fc.oneof(
    hostile,
    fc.constantFrom(" ", " and ", "(", "). "),
    hostile.map((strong) => ({ strong })),
    hostile.map((code) => ({ code })),
  );
  fc.assert(
    fc.property(fc.array(part), (inlines) => {
      const object = toTextObject(["Note ", ...inlines, { strong: "end" }], 3_000);
      if (object.type !== "mrkdwn") return;
      const letters = inlines.map((p) => (typeof p === "string" ? p : Object.values(p).join("")));
      expect(drawMarkup(object.text)).toBe(["Note ", ...letters, "end"].map(makeVisible).join(""));
    }),
    { numRuns: 1_000 },
  );
});

test.each([
  [
    ["Waived: ", { code: "hipaa_baa_signed" }, " until noon"],
    "Waived: `hipaa_baa_signed` until noon",
  ],
  [[{ strong: "BAA (needed)." }, " Show it."], "*BAA (needed).* Show it."],
  [["un", { strong: "signed" }], null],
  [["by ", { strong: "x" }, "*y*"], null],
  [[{ strong: "Dana" }, " wrote *hello*"], null],
  [[{ strong: "Dana" }, ":", " :skull: "], null],
] as const)("%j is marked as %j", (text, markup) => {
  const object = toTextObject(text, 3_000);

  expect(object.type === "mrkdwn" ? object.text : null).toBe(markup);
});

test("a link whose text names an address shows the address that it opens", () => {
  const leaves = toLeaves([{ link: "https://evil.example/x", text: "https://bank.example" }]);

  expect(leaves).toEqual([
    { type: "text", text: "https://bank.example (" },
    { type: "link", url: "https://evil.example/x" },
    { type: "text", text: ")" },
  ]);
});

test.each(["javascript:alert(1)", "slack://open", "data:text/html,x", "//evil", "not a url"])(
  "%j is no link but text",
  (link) => {
    expect(toLeaves([{ link, text: "here" }])).toEqual([{ type: "text", text: `here (${link})` }]);
  },
);

test("an address with a password in it is no link", () => {
  const [leaf] = toLeaves([{ link: "https://bank.example:x@evil.example/", text: "bank" }]);

  expect(leaf?.type).toBe("text");
});

test("a time is shown in the reader's zone, with words for those who cannot", () => {
  const time = "2026-03-01T14:05:00.000Z" as never;

  expect(toLeaves([{ time, as: "date_time" }])).toEqual([
    {
      type: "date",
      timestamp: 1_772_373_900,
      format: "{date_short} {time}",
      fallback: "2026-03-01 14:05 UTC",
    },
  ]);
  expect(toTextObject(["Due ", { time, as: "date" }], 100)).toEqual({
    type: "mrkdwn",
    text: "Due <!date^1772373900^{date_short}|2026-03-01>",
    verbatim: true,
  });
});

test("a day is the same day for every reader", () => {
  expect(toLeaves([{ day: "2026-03-01" as never }])).toEqual([
    { type: "text", text: "Mar 1, 2026" },
  ]);
});

test("a blank label becomes a dash, because Slack refuses empty ones", () => {
  expect(plain(" ", 75).text).toBe("–");
});

test("forms and notices made of hostile words are taken by Slack", () => {
  fc.assert(
    fc.property(hostile, text, (words, mixed) => {
      const field = { label: words, help: words, required: true };
      const form = renderForm({
        title: words,
        submit: words,
        cancel: words,
        command: { type: "SaveRole" },
        intro: [{ title: words, lines: [mixed], fields: [{ label: words, value: mixed }] }],
        fields: [
          { ...field, id: "a", type: "text", value: words, placeholder: words },
          { ...field, id: "b", type: "choice", options: [{ id: "x", label: words }] },
          { ...field, id: "c", type: "email", value: words },
          { ...field, id: "d", type: "url", value: words },
          { ...field, id: "e", type: "number", value: words, unit: words },
          { ...field, id: "f", type: "date", value: words },
          { ...field, id: "g", type: "user", value: words },
        ],
        footnote: mixed,
      });

      expect(checkView(form, "modal")).toEqual([]);
      expect(checkView(renderNotice({ headline: words }), "modal")).toEqual([]);
    }),
    { numRuns: 200 },
  );
});
