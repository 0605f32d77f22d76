import { describe, expect, it } from "vitest";
import { detectionMessage } from "../../src/cli/detection-message.ts";
import { renderText } from "../../src/cli/render-text.ts";
import { Day, Instant } from "../../src/domain/ids.ts";

describe("a message in a terminal", () => {
  it("shows every part as plain lines", () => {
    const text = renderText({
      headline: "Mercy Hospital: 1 of 2 done",
      sections: [
        {
          title: "Requirements",
          lines: ["Go-live", ["Due ", { day: Day.parse("2026-03-01") }, { strong: "!" }]],
          fields: [
            { label: "Checked", value: [{ code: "a" }, " ", { link: "https://a", text: "b" }] },
          ],
          progress: { done: 1, of: 2, label: "signed" },
          checklist: [
            { mark: "done", text: "BAA", state: "signed" },
            { mark: "blocked", text: ["Inventory"], state: "blocked" },
          ],
          actions: [
            { label: "Open", url: "https://example.com" },
            { label: "Sign", command: { type: "OpenHome" } },
          ],
        },
        {
          table: {
            caption: "Sites",
            columns: ["name", "n"],
            rows: [
              ["Detroit", "1"],
              ["NY", "22"],
            ],
          },
          code: "{\n  1\n}",
        },
      ],
      footnote: ["As of ", { time: Instant.parse("2026-01-02T03:04:05Z"), as: "date_time" }],
    });

    expect(text).toBe(`Mercy Hospital: 1 of 2 done

Requirements:
Go-live
Due 2026-03-01!
Checked: a b (https://a)
1 of 2 signed
[x] BAA (signed)
[!] Inventory (blocked)
Open: https://example.com

Sites:
name     n
Detroit  1
NY       22
{
  1
}

As of 2026-01-02T03:04:05Z
`);
  });

  it("does not count again what a label counts already", () => {
    const progress = { done: 0, of: 1, label: "0 of 1 signed" };

    expect(renderText({ headline: "Mercy", sections: [{ progress }] })).toBe(
      "Mercy\n\n0 of 1 signed\n",
    );
  });

  it.each([
    ["colours", "\u001b[31mPASS\u001b[0m", "[31mPASS[0m\n"],
    ["a second line", "Mercy\nCompliance gate: PASS.", "Mercy Compliance gate: PASS.\n"],
    ["a carriage return", "BLOCKED\rPASS", "BLOCKEDPASS\n"],
    ["reordered text", "a\u202eb\u2066c\u200bd", "abcd\n"],
    ["a title of the window", "\u001b]0;owned\u0007x", "]0;ownedx\n"],
    ["eight-bit control codes", "a\u009b31mb", "a31mb\n"],
  ])("%s in a name do not reach the terminal", (_, headline, shown) => {
    expect(renderText({ headline })).toBe(shown);
  });
});

describe("a detection in a terminal", () => {
  it("names what applies, what is asked, why, and that nothing is stored", () => {
    const message = detectionMessage({
      auto: ["FERPA", "HIPAA"],
      ask: [{ vertical: "PCI", default: "no" }],
      flags: ["co_application"],
      matches: [{ vertical: "HIPAA", word: "hospital", decision: "auto", why: "A keyword." }],
    });

    expect(renderText(message)).toBe(`Detected: FERPA, HIPAA.

To be asked:
PCI (suggested: no)

Why:
HIPAA, "hospital": A keyword.

Flags:
co_application

A person confirms in chat what applies; until then every gate stays closed.
`);
  });

  it("an empty one says so", () => {
    expect(detectionMessage({ auto: [], ask: [], flags: [], matches: [] }).headline).toBe(
      "Nothing detected.",
    );
  });
});
