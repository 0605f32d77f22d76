/** What any surface shows of typed text: nothing hidden, nothing cut in silence, no link but a sound one. */
import { expect, test } from "vitest";
import { Day, Instant } from "../../../src/domain/ids.ts";
import {
  clip,
  flatten,
  looksLikeAddress,
  makeVisible,
  safeUrl,
  sayDay,
  sayTime,
} from "../../../src/messages/edge/plain-text.ts";

test.each([
  ["invoice\u202Egpj.exe", "invoice[U+202E]gpj.exe"],
  ["zero\u200Bwidth", "zero[U+200B]width"],
  ["word\u2060joiner", "word[U+2060]joiner"],
  ["a\u200Db", "a[U+200D]b"],
  ["nul\u0000", "nul[U+0000]"],
  ["soft\u00ADhyphen", "soft[U+00AD]hyphen"],
  ["hangul\u3164filler", "hangul[U+3164]filler"],
  ["half \uD83D", "half \uFFFD"],
  ["two\r\nlines", "two\nlines"],
  ["👩\u200D⚕️", "👩\u200D⚕️"],
  ["می\u200Cخواهم", "\u2068می\u200Cخواهم\u2069"],
  ["plain", "plain"],
])("%j is shown as %j", (given, expected) => {
  expect(makeVisible(given)).toBe(expected);
});

test("what is cut is counted, and never in the middle of a character", () => {
  expect(clip("abc", 3)).toBe("abc");
  expect(clip("abcd", 3)).toBe("ab…");
  expect(clip("ab👩", 4)).toBe("ab👩");
  expect(clip("abc👩d", 5)).toBe("abc…");
  const long = clip("x".repeat(4_000), 3_000);
  expect(long.length).toBeLessThanOrEqual(3_000);
  expect(long).toContain("(and 1040 more characters)");
});

test("the words alone say where a link leads and when it was", () => {
  const text = [
    "Signed by ",
    { strong: "Dana" },
    " with ",
    { code: "a\u200Bb" },
    ", ",
    { link: "https://docs.example/baa", text: "the BAA" },
    ", ",
    { time: Instant.parse("2026-03-01T14:05:00.123Z"), as: "date_time" },
    ", due ",
    { day: Day.parse("2026-03-09") },
  ] as const;

  expect(flatten(text)).toBe(
    "Signed by Dana with a[U+200B]b, the BAA (https://docs.example/baa), 2026-03-01 14:05 UTC, due Mar 9, 2026",
  );
  expect(flatten([{ link: "https://a.example", text: "https://a.example" }])).toBe(
    "https://a.example",
  );
});

test("a time names its zone and a day has none", () => {
  const time = Instant.parse("2026-03-01T23:59:59Z");

  expect(sayTime(time, "date_time")).toBe("2026-03-01 23:59 UTC");
  expect(sayTime(time, "date")).toBe("2026-03-01");
  expect(sayDay(Day.parse("2026-12-31"))).toBe("Dec 31, 2026");
});

test.each([
  ["https://docs.example/a b", "https://docs.example/a%20b"],
  ["http://docs.example", "http://docs.example/"],
  ["mailto:a@b.example", "mailto:a@b.example"],
  ["javascript:alert(1)", null],
  ["data:text/html,x", null],
  ["//docs.example", null],
  ["docs.example", null],
  ["https://bank.example:x@evil.example/", null],
  [`https://docs.example/${"a".repeat(3_000)}`, null],
])("the address %j opens %j", (link, url) => {
  expect(safeUrl(link)).toBe(url);
});

test.each([
  ["https://bank.example", true],
  ["www.bank", true],
  ["bank.com", true],
  ["the agreement", false],
  ["version 1.2", false],
])("%j names an address: %j", (text, expected) => {
  expect(looksLikeAddress(text)).toBe(expected);
});
