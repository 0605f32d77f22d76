import { describe, expect, it } from "vitest";
import { Command } from "../../../src/domain/command.ts";
import { hostOf, linksIn, MOST_LINKS, sortLinks } from "../../../src/domain/evidence/links.ts";
import { fc } from "../../support/properties.ts";

const NONE = { more: 0, tooLong: 0, withPassword: 0, sensitive: 0 };

describe("the links in plain text", () => {
  it.each([
    ["see https://a.example/x.", ["https://a.example/x"]],
    ["(https://a.example/x)", ["https://a.example/x"]],
    ["https://a.example/x_(draft)", ["https://a.example/x_(draft)"]],
    [
      "“https://a.example/x”, and *https://b.example*",
      ["https://a.example/x", "https://b.example"],
    ],
    ["HTTPS://A.example", ["HTTPS://A.example"]],
    ["<https://a.example>", ["https://a.example"]],
    ["http://a.example ftp://a.example a.example", []],
    ["javascript:alert(1) data:text/html,x file:///etc/passwd", []],
    ["xhttps://a.example", []],
    ["https://", []],
    ["", []],
  ])("%j are %j", (text, links) => {
    expect(linksIn(text)).toEqual(links);
  });

  it("are found in linear time", () => {
    const started = performance.now();
    linksIn(`https://a.example/${")".repeat(100_000)}`);
    linksIn("https://".repeat(20_000));
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

describe("what may be offered", () => {
  it("is each https link once, in its normal form and order", () => {
    const said = ["https://B.example/a b", "https://a.example", "https://b.example/a%20b"];

    expect(sortLinks(said)).toEqual({
      offered: ["https://b.example/a%20b", "https://a.example/"],
      ...NONE,
    });
  });

  it.each([
    ["a script", "javascript:alert('https://a.example')"],
    ["an unsafe scheme", "http://a.example/x"],
    ["a mail address", "mailto:a@a.example"],
    ["a host without a dot", "https://localhost/x"],
    ["an empty host", "https://"],
    ["a host with a character that turns the direction", "https://a\u202Eelpmaxe.example/x"],
  ])("%s is passed over in silence", (_what, link) => {
    expect(sortLinks([link])).toEqual({ offered: [], ...NONE });
  });

  it.each([
    ["a password", "https://user:pw@a.example/x", "withPassword"],
    ["a user name alone", "https://user@a.example/x", "withPassword"],
    ["a card number in the query", "https://a.example/x?card=4111111111111111", "sensitive"],
    ["a key", "https://a.example/?t=xoxb-123456789012-abcdefghijklmnop", "sensitive"],
    ["more than a button can carry", `https://a.example/${"x".repeat(1_800)}`, "tooLong"],
  ])("%s is left out and counted", (_what, link, why) => {
    expect(sortLinks([link, "https://good.example/"])).toEqual({
      offered: ["https://good.example/"],
      ...NONE,
      [why]: 1,
    });
  });

  it("a turned direction behind the host does not survive", () => {
    const { offered } = sortLinks(["https://a.example/\u202Efdp.exe"]);

    expect(offered).toEqual(["https://a.example/%E2%80%AEfdp.exe"]);
  });

  it("letters that only look alike show as what they are", () => {
    const [link = ""] = sortLinks(["https://ex\u0430mple.com/"]).offered;

    expect(hostOf(link)).toBe("xn--exmple-4nf.com");
  });

  it("of forty links are ten, and thirty are counted", () => {
    const said = Array.from({ length: 40 }, (_, at) => `https://a.example/${at}`);
    const sorted = sortLinks(said);

    expect(sorted).toEqual({ offered: said.slice(0, MOST_LINKS), ...NONE, more: 30 });
  });

  it("always fits into a button, is https without a password, and nothing is lost uncounted", () => {
    const part = fc.string({ unit: "binary", maxLength: 400 });
    const link = fc.oneof(
      fc.webUrl({ validSchemes: ["https", "http"], withQueryParameters: true }),
      part.map((text) => `https://a.example/?${text}`),
      part.map((text) => `https://${text}@a.example/`),
      part,
    );
    fc.assert(
      fc.property(fc.array(link, { maxLength: 30 }), (said) => {
        const { offered, ...left } = sortLinks(said);
        const migration = "0d9a3d1e-8a53-4a1c-9f6b-000000000001";
        const command = Command.parse({ type: "AttachLinks", migration, links: offered });
        expect(JSON.stringify(command).length).toBeLessThanOrEqual(2_000);
        expect(offered.length).toBeLessThanOrEqual(MOST_LINKS);
        for (const one of offered) {
          const { protocol, username, password } = new URL(one);
          expect([protocol, username, password]).toEqual(["https:", "", ""]);
        }
        const counted = Object.values(left).reduce((sum, count) => sum + count, offered.length);
        expect(counted).toBeLessThanOrEqual(new Set(said).size);
        if (offered.length === 0) expect(left.more).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});
