import { describe, expect, test } from "vitest";
import { type SortedLinks, sortLinks } from "../../../src/domain/evidence/links.ts";
import { attachLinksForm } from "../../../src/messages/evidence/attach.ts";
import { linksOffer } from "../../../src/messages/evidence/offer-links.ts";
import { aView, BAA, requirementOf, withRequirement } from "../builders.ts";
import { commandsOf, linesOf, plain } from "../walk.ts";

const { id } = aView().record;
const sorted = (change: Partial<SortedLinks>): SortedLinks => ({ ...sortLinks([]), ...change });
const offerOf = (change: Partial<SortedLinks>) => linksOffer(sorted(change), id);

describe("the offer", () => {
  test.each([
    [["https://a.example/x"], "Keep this link to a.example as evidence?"],
    [
      ["https://a.example/x", "https://a.example/y"],
      "Keep these 2 links to a.example as evidence?",
    ],
    [
      ["https://a.example/", "https://b.example/", "https://c.example/", "https://d.example/"],
      "Keep these 4 links to a.example, b.example, c.example and 1 other host as evidence?",
    ],
  ])("of %j names the hosts: %s", (offered, headline) => {
    const offer = offerOf({ offered });

    expect(offer?.headline).toBe(headline);
    expect(offer && commandsOf(offer)).toEqual([
      { label: "Choose where", command: { type: "AttachLinks", migration: id, links: offered } },
    ]);
  });

  test("counts what has no place in it, with the reason", () => {
    const left = { more: 30, tooLong: 1, withPassword: 2, sensitive: 1 };
    const offer = offerOf({ offered: ["https://a.example/"], ...left });
    const lines = offer ? linesOf(offer).map(plain).join("\n") : "";

    expect(lines).toMatch(/30 links\. Each has no room here/);
    expect(lines).toMatch(/1 link\. It is too long/);
    expect(lines).toMatch(/2 links\. Each has a user name or password/);
    expect(lines).toMatch(/1 link\. It holds what may not be kept/);
  });

  test("without a good link says why, and offers the form for evidence", () => {
    const offer = offerOf({ withPassword: 1 });

    expect(offer?.headline).toBe("This cannot be kept as evidence as it is.");
    expect(offer && commandsOf(offer).map(({ command }) => command.type)).toEqual(["AddEvidence"]);
  });

  test("is not made when there is nothing to say", () => {
    expect(offerOf({})).toBeNull();
  });
});

describe("the form", () => {
  const slotsOf = (change: object) => {
    const view = aView();
    const evidence = requirementOf(view, BAA).evidence.map((entry) => ({
      ...entry,
      slot: { ...entry.slot, ...change },
    }));
    const form = attachLinksForm(withRequirement(view, BAA, { evidence }), ["https://a.example/"]);
    const [choice] = form.fields;
    const ids = choice?.type === "choice" ? choice.options.map((option) => option.id) : [];
    return { form, own: ids.filter((option) => option.startsWith(`${BAA}.`)) };
  };

  test("shows the links, one on each line, to be mended", () => {
    const form = attachLinksForm(aView(), ["https://a.example/", "https://b.example/"]);

    expect(form.fields.find(({ id: field }) => field === "links")).toMatchObject({
      type: "text",
      long: true,
      value: "https://a.example/\nhttps://b.example/",
    });
  });

  test("offers a controlled document with its hash, and never a privileged one", () => {
    expect(slotsOf({}).own).not.toEqual([]);
    expect(slotsOf({}).form.fields.map((field) => field.id)).toEqual(["slot", "links"]);
    expect(slotsOf({ controlled: true }).own).not.toEqual([]);
    expect(slotsOf({ controlled: true }).form.fields.map((field) => field.id)).toEqual([
      "slot",
      "links",
      "sha256",
    ]);
    expect(slotsOf({ restricted: true }).own).toEqual([]);
  });
});
