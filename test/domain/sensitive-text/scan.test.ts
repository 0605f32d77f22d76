import { describe, expect, it } from "vitest";
import { createScanner, findSensitiveText } from "../../../src/domain/sensitive-text/scan.ts";
import { fc } from "../../support/properties.ts";
import { PASSED, REFUSED } from "./samples.ts";

const PREFIXES_AND_LENGTHS: readonly (readonly [prefix: string, length: number])[] = [
  ["4", 16],
  ["51", 16],
  ["55", 16],
  ["2221", 16],
  ["2720", 16],
  ["34", 15],
  ["37", 15],
  ["6011", 16],
  ["65", 16],
  ["3528", 16],
  ["62", 16],
];

const ZEROS = [0x30, 0xff10, 0x0660, 0x06f0, 0x0966, 0x09e6, 0x1d7ce, 0x1d7f6];
const SEPARATORS = ["", " ", "-", ".", "\u00a0", "\u2013", "\u2011", "\u2009"];

function checkDigit(digits: string): string {
  const sum = [...digits].toReversed().reduce((total, character, at) => {
    const digit = Number(character) * (at % 2 === 0 ? 2 : 1);
    return total + (digit > 9 ? digit - 9 : digit);
  }, 0);
  return String((10 - (sum % 10)) % 10);
}

const cardNumber = fc
  .tuple(
    fc.constantFrom(...PREFIXES_AND_LENGTHS),
    fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 18, maxLength: 18 }),
  )
  .map(([[prefix, length], random]) => {
    const body = (prefix + random.join("")).slice(0, length - 1);
    return body + checkDigit(body);
  });

function group(digits: string, separator: string): string {
  const sizes = digits.length === 15 ? [4, 6, 5] : [4, 4, 4, 4];
  let at = 0;
  return sizes
    .map((size) => {
      at += size;
      return digits.slice(at - size, at);
    })
    .join(separator);
}

/** Four extensions close together are the one thing that a card may look like. */
function isRising(digits: string): boolean {
  const groups = digits.match(/.{4}/g)?.map(Number) ?? [];
  const rises = groups.every((value, at) => at === 0 || value > (groups[at - 1] ?? 0));
  return digits.length === 16 && rises && (groups.at(-1) ?? 0) - (groups[0] ?? 0) < 1000;
}

const localNumber = fc
  .tuple(
    fc.integer({ min: 201, max: 989 }),
    fc.integer({ min: 200, max: 999 }),
    fc.integer({ min: 0, max: 9999 }),
  )
  .map(([area, exchange, line]) => [area, exchange, String(line).padStart(4, "0")] as const);

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function scan(...chunks: readonly Uint8Array[]) {
  const scanner = createScanner();
  for (const chunk of chunks) scanner.push(chunk);
  return scanner.found();
}

describe("what must not be stored", () => {
  it.each(REFUSED)("is refused: %j", (text, kind) => {
    expect(findSensitiveText(text)).toBe(kind);
  });

  it.each(REFUSED)("is refused within a sentence and on a line of its own: %j", (text, kind) => {
    expect(findSensitiveText(`Please note: ${text} (from the customer)`)).toBe(kind);
    expect(findSensitiveText(`first line\n${text}\nlast line`)).toBe(kind);
  });

  it("is every card number in every grouping, separator and script", () => {
    fc.assert(
      fc.property(
        cardNumber,
        fc.constantFrom(...SEPARATORS),
        fc.constantFrom(...ZEROS),
        (digits, separator, zero) => {
          fc.pre(!(separator !== "" && isRising(digits)));
          const text = group(digits, separator).replace(/[0-9]/g, (digit) =>
            String.fromCodePoint(zero + Number(digit)),
          );
          expect(findSensitiveText(`paid with ${text}, thanks`)).toBe("payment_card");
        },
      ),
    );
  });
});

describe("what must pass", () => {
  it.each(PASSED)("passes: %j", (text) => {
    expect(findSensitiveText(text)).toBeNull();
    expect(findSensitiveText(`Moved today: ${text}\nDone.`)).toBeNull();
  });

  it("is every list of phone numbers, however it is written", () => {
    fc.assert(
      fc.property(
        fc.array(localNumber, { minLength: 1, maxLength: 40 }),
        fc.constantFrom("", " ", "-", "."),
        fc.constantFrom(" ", ", ", "\n", "; ", "\t"),
        fc.constantFrom("", "1", "+1", "+1 "),
        (numbers, inner, outer, country) => {
          fc.pre(!(inner !== "" && inner === outer));
          const list = numbers.map((parts) => country + parts.join(inner)).join(outer);
          expect(findSensitiveText(list)).toBeNull();
        },
      ),
    );
  });

  it("is a card number with one digit wrong", () => {
    fc.assert(
      fc.property(cardNumber, fc.integer({ min: 1, max: 9 }), (digits, by) => {
        const wrong = digits.slice(0, -1) + String((Number(digits.at(-1)) + by) % 10);
        expect(findSensitiveText(wrong)).toBeNull();
      }),
    );
  });

  it("is every UUID and every SHA-256", () => {
    fc.assert(
      fc.property(fc.uuid(), fc.uint8Array({ minLength: 32, maxLength: 32 }), (uuid, hash) => {
        const hex = Buffer.from(hash).toString("hex");
        expect(findSensitiveText(`${uuid} ${hex}`)).toBeNull();
      }),
    );
  });
});

describe("any text at all", () => {
  it("gives an answer", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 3000 }), (text) => {
        expect(() => findSensitiveText(text)).not.toThrow();
      }),
    );
  });
});

describe("the scanner of files", () => {
  it.each(REFUSED)("finds what is refused in text, cut anywhere: %j", (text, kind) => {
    const all = bytes(`Name,Number\nJane,${text}\n`);
    for (let cut = 0; cut <= all.length; cut += 1)
      expect(scan(all.subarray(0, cut), all.subarray(cut))).toBe(kind);
  });

  it("passes what must pass, byte by byte", () => {
    const all = bytes(PASSED.join("\n\n"));
    expect(scan(...[...all].map((byte) => Uint8Array.of(byte)))).toBeNull();
  });

  it("finds a number far into a file, wherever it lies", () => {
    const line = "2026-11-20 call from 4155550100 to 4155550101 lasted 65 s\n";
    for (const offset of [65_400, 65_520, 65_536, 131_060, 131_072, 300_000]) {
      const filler = line.repeat(6000).slice(0, offset);
      expect(scan(bytes(`${filler} 4111 1111 1111 1111\n${line.repeat(2000)}`))).toBe(
        "payment_card",
      );
      expect(scan(bytes(`${filler} 4111 1111 1111 1112\n${line.repeat(2000)}`))).toBeNull();
    }
  });

  it("does not take a piece of a longer number for a card, wherever the file is cut", () => {
    const more = "7".repeat(60);
    for (const end of [49_152, 65_536]) {
      const before = "x ".repeat(40_000);
      const behind = " x".repeat(40_000);
      const atStart = `${before.slice(0, end - 60)}${more}4111111111111111${behind}`;
      const atEnd = `${before.slice(0, end - 16)}4111111111111111${more}${behind}`;

      expect(scan(bytes(atStart))).toBeNull();
      expect(scan(bytes(atEnd))).toBeNull();
      expect(scan(bytes(atEnd.replace(more, "")))).toBe("payment_card");
    }
  });

  it("reads UTF-16 with a byte order mark", () => {
    const little = Buffer.from("\ufeffcard 4111 1111 1111 1111", "utf16le");
    const big = Buffer.from(little).swap16();

    expect(scan(little)).toBe("payment_card");
    expect(scan(big)).toBe("payment_card");
    expect(scan(Buffer.from("\ufeffcard 4111 1111 1111 1112", "utf16le"))).toBeNull();
  });

  it("reads the no-break spaces of an older encoding", () => {
    expect(scan(Buffer.from("4111\u00a01111\u00a01111\u00a01111", "latin1"))).toBe("payment_card");
  });

  it("sees uncompressed text in a PDF, and takes its drawing numbers for nothing", () => {
    const start = "%PDF-1.7\n%\u00e2\u00e3\n";
    const drawing = "595 84 1234 re\n219 09 9999 m\n0000000016 00000 n\n[278 278 355 556]\n";

    expect(scan(Buffer.from(`${start}${drawing}`, "latin1"))).toBeNull();
    expect(scan(Buffer.from(`${start}${drawing}(219-09-9999) Tj`, "latin1"))).toBe(
      "social_security_number",
    );
    expect(scan(Buffer.from(`${start}(4111 1111 1111 1111) Tj`, "latin1"))).toBe("payment_card");
  });

  it("finds nothing in random bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1000, maxLength: 20_000 }), (content) => {
        expect(scan(content)).toBeNull();
      }),
      { numRuns: 30 },
    );
  });

  it("finds nothing in nothing", () => {
    expect(scan()).toBeNull();
    expect(scan(new Uint8Array(0))).toBeNull();
  });
});
