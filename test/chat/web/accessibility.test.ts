import { randomUUID } from "node:crypto";
import type { Browser, Locator } from "playwright-core";
import { afterAll, describe, expect } from "vitest";
import { browserTest, type ChatPage, openChat } from "../../support/browser.ts";
import { createTestStore } from "../../support/database.ts";
import { play } from "./play.ts";
import { openStage } from "./stage.ts";

const { store, appUrl } = await createTestStore();
const ids = await store.organisationOf({ surface: "web", workspaceRef: "local" });
const stage = await openStage({ appUrl, ...ids, converse: play });
afterAll(() => stage.close());

/** Every kind of message, with a thread open beside them and something unread elsewhere. */
async function fullPage(browser: Browser, dark: boolean): Promise<ChatPage> {
  const channel = `room-${randomUUID().slice(0, 6)}`;
  const room = { channelId: channel, name: channel, kind: "channel", ownerId: null } as const;
  await stage.chat.addChannels([room], new Date());
  const other = await openChat(browser, stage.origin, { as: "diego", channel: "general" });
  await other.say("Something to read");
  const chat = await openChat(browser, stage.origin, { as: "amara", channel, dark, width: 1400 });
  await chat.say("Who has the contract?");
  for (const command of ["status", "gate 3", "sign"]) await chat.say(`/compliance ${command}`);
  await chat.page.getByRole("button", { name: /^Reply in thread/ }).click();
  await chat.reply("Legal has it");
  return chat;
}

interface Seen {
  readonly text: string;
  readonly color: string;
  /** Backgrounds from the page's down to its own. */
  readonly grounds: readonly string[];
  readonly size: number;
  readonly weight: number;
}

/** Every text in view with its colors. Runs in the page, so it brings everything along. */
function lookAt(root: Locator): Promise<readonly Seen[]> {
  return root.evaluate((element) => {
    const view = element.ownerDocument.defaultView;
    const seen: Seen[] = [];
    for (const each of element.querySelectorAll("*:not(option, .unseen, .unseen *)")) {
      const own = [...each.childNodes].filter((node) => node.nodeType === 3);
      const words = own.map((node) => node.data.trim()).join("");
      const text = words || each.getAttribute("placeholder");
      if (!text || !each.checkVisibility({ opacityProperty: true })) continue;
      // An empty name means the element itself.
      const style = view.getComputedStyle(each, ["::placeholder"][words.length] ?? "");
      const grounds: string[] = [];
      for (let up = each; up; up = up.parentElement) {
        grounds.unshift(view.getComputedStyle(up).backgroundColor);
      }
      const size = Number.parseFloat(style.fontSize);
      seen.push({ text, color: style.color, grounds, size, weight: Number(style.fontWeight) });
    }
    return seen;
  });
}

type Rgb = readonly [number, number, number];

function blend(colors: readonly string[]): Rgb {
  return colors.reduce<Rgb>(
    (below, color) => {
      const [red = 0, green = 0, blue = 0, alpha = 1] = (color.match(/[\d.]+/g) ?? []).map(Number);
      const mix = (over: number, under: number) => over * alpha + under * (1 - alpha);
      return [mix(red, below[0]), mix(green, below[1]), mix(blue, below[2])];
    },
    [255, 255, 255],
  );
}

/** WCAG 2.2, relative luminance. */
function luminance(color: Rgb): number {
  const [red = 0, green = 0, blue = 0] = color.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrastOf({ color, grounds }: Seen): number {
  const lights = [luminance(blend([...grounds, color])), luminance(blend(grounds))];
  return (Math.max(...lights) + 0.05) / (Math.min(...lights) + 0.05);
}

function isLarge({ size, weight }: Seen): boolean {
  return size >= 24 || (size >= 18.66 && weight >= 700);
}

/** Texts below the contrast of WCAG 2.2 §1.4.3: 4.5, or 3 when they are large. */
async function findFaint(root: Locator): Promise<readonly string[]> {
  const seen = await lookAt(root);
  expect(seen.length).toBeGreaterThan(8);
  const faint = seen.filter((each) => contrastOf(each) < (isLarge(each) ? 3 : 4.5));
  return faint.map((each) => `${each.text.slice(0, 40)}: ${contrastOf(each).toFixed(2)}`);
}

describe.each([
  ["light", false],
  ["dark", true],
])("in %s colors", (_name, dark) => {
  browserTest("every text stands out from its ground", async (browser) => {
    const chat = await fullPage(browser, dark);
    const page = chat.page.locator("html");
    expect(await findFaint(page)).toEqual([]);

    await chat.page.getByRole("main").getByRole("button", { name: "Edit dates" }).click();
    await chat.fillForm({
      "Proposal date": "2026-12-01",
      Retention: "1",
      "How are cards taken?": "Pause and resume",
      "Who owns it?": "Diego",
    });
    await chat.submit();
    expect(Object.keys(await chat.formErrors())).toHaveLength(2);
    expect(await findFaint(chat.page.locator("dialog"))).toEqual([]);

    // The measure itself can tell: ink on ink has no contrast.
    await page.evaluate((root) => root.style.setProperty("--ink", "var(--paper)"));
    expect((await findFaint(page)).length).toBeGreaterThan(10);
  });
});

browserTest(
  "a screen reader finds landmarks, headings in order, and a name on every control",
  async (browser) => {
    const chat = await fullPage(browser, false);
    const { page } = chat;
    for (const role of ["banner", "navigation", "main", "complementary", "note"] as const) {
      expect(await page.getByRole(role).count(), role).toBe(1);
    }
    const levels = await page
      .locator("main")
      .locator("h1, h2, h3, h4")
      .evaluateAll((all) => all.map(({ tagName }) => Number(tagName[1])));
    expect(levels[0]).toBe(1);
    expect(levels.filter((level) => level === 1)).toHaveLength(1);

    for (const role of [
      "button",
      "link",
      "textbox",
      "combobox",
      "article",
      "region",
      "progressbar",
      "table",
    ] as const) {
      const all = await page.getByRole(role).count();
      const named = await page.getByRole(role, { name: /\S/ }).count();
      expect(all, role).toBeGreaterThan(0);
      expect(named, role).toBe(all);
    }
    const doubled = await page
      .locator("[id]")
      .evaluateAll((all) =>
        all.map(({ id }) => id).filter((id, at, every) => every.indexOf(id) !== at),
      );
    expect(doubled).toEqual([]);
    const dangling = await page
      .locator("[aria-labelledby], [aria-describedby], [aria-controls], [for]")
      .evaluateAll((all) =>
        all.flatMap((element) =>
          ["aria-labelledby", "aria-describedby", "aria-controls", "for"]
            .flatMap((name) => (element.getAttribute(name) ?? "").split(" "))
            .filter((id) => id !== "" && !element.ownerDocument.getElementById(id)),
        ),
      );
    expect(dangling).toEqual([]);
  },
);

browserTest("nothing moves for people who want no motion", async (browser) => {
  const chat = await openChat(browser, stage.origin, { width: 360 });
  const side = chat.page.getByRole("navigation", { includeHidden: true });
  const duration = () =>
    side.evaluate(
      (element) => element.ownerDocument.defaultView.getComputedStyle(element).transitionDuration,
    );
  expect(await duration()).toContain("0.16s");

  await chat.page.emulateMedia({ reducedMotion: "reduce" });
  expect(await duration()).toBe("0s");
});
