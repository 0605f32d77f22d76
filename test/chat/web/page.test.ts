import { createHash, randomUUID } from "node:crypto";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeEach, expect } from "vitest";
import { browserTest, type ChatPage, openChat } from "../../support/browser.ts";
import { createTestStore } from "../../support/database.ts";
import { play } from "./play.ts";
import { HOSTILE } from "./samples.ts";
import { openStage } from "./stage.ts";

const { store, appUrl } = await createTestStore();
const ids = await store.organisationOf({ surface: "web", workspaceRef: "local" });
const stage = await openStage({
  appUrl,
  ...ids,
  converse: play,
  clock: () => new Date("2026-11-20T17:00:00.000Z"),
});
afterAll(() => stage.close());

/** A channel of its own for each test. */
const place = { channel: "" };
beforeEach(async () => {
  stage.inbounds.length = 0;
  place.channel = `room-${randomUUID().slice(0, 6)}`;
  const { channel: channelId } = place;
  const room = { channelId, name: channelId, kind: "channel", ownerId: null } as const;
  await stage.chat.addChannels([room], new Date());
});

const openRoom = (browser: Browser, as = "amara", more = {}) =>
  openChat(browser, stage.origin, { as, channel: place.channel, ...more });
/** The name of what has the focus, or nothing. */
const focused = async (page: Page): Promise<string> => {
  const held = page.locator(":focus");
  if ((await held.count()) === 0) return "";
  return (await held.getAttribute("aria-label")) ?? (await held.textContent())?.trim() ?? "";
};

browserTest("a new person is told how to begin and begins with one press", async (browser) => {
  const chat = await openRoom(browser);
  const page = chat.page;

  expect(await page.title()).toBe(`#${place.channel} · Cleargate`);
  await page.getByText("Identities are not verified").waitFor();
  await page.getByRole("heading", { name: `This is #${place.channel}` }).waitFor();
  await chat.click("Begin with /compliance");
  await chat.waitForMessage("You said:");
  expect(stage.inbounds[0]?.command).toEqual({ type: "Text", text: "" });
});

browserTest(
  "a person changes who acts, and every time is in that person's zone",
  async (browser) => {
    const chat = await openRoom(browser);
    await chat.say("It is noon in New York");
    expect(await chat.lastMessage()).toContain("Amara Okafor");
    expect(await chat.lastMessage()).toContain("12:00 PM");

    await chat.actAs("Theo Laurent");
    await expect.poll(() => chat.lastMessage()).toContain("8:00 AM");
    await chat.say("Good morning from Alaska");
    expect(await chat.lastMessage()).toContain("Theo Laurent");
    const whole = await chat.page.locator("article time").last().getAttribute("title");
    expect(whole).toBe("Friday, November 20, 2026 at 8:00 AM Alaska Standard Time");
  },
);

browserTest(
  "an answer to a command says that only its person sees it, and goes when dismissed",
  async (browser) => {
    const chat = await openRoom(browser);
    await chat.say("/compliance status");

    const answer = await chat.lastMessage();
    expect(answer).toContain("Only visible to you");
    expect(answer).toMatch(/Attention\s*:?\s*Lakeside Clinic: 7 of 18/);
    expect(answer).toContain("7 of 18 · requirements cleared");
    expect(answer).toContain("Blocked: TLS 1.1 was answered");
    await chat.actAs("Marcus Bell");
    await expect.poll(() => chat.messages()).toEqual([]);
    await chat.actAs("Amara Okafor");
    await expect.poll(() => chat.messages()).toHaveLength(1);
    await chat.click("Dismiss");
    await expect.poll(() => chat.messages()).toEqual([]);
  },
);

browserTest(
  "a form shows what is wrong beside each field, moves there, and closes when it is right",
  async (browser) => {
    const chat = await openRoom(browser);
    await chat.say("/compliance status");
    await chat.click("Edit dates");
    await chat.submit();
    expect(await chat.formErrors()).toEqual({
      "Proposal date": "Please answer this.",
      Retention: "Please answer this.",
      "How are cards taken?": "Please answer this.",
      "Who owns it?": "Please answer this.",
    });
    expect(stage.inbounds.filter(({ command }) => command.type === "SaveDates")).toEqual([]);

    await chat.fillForm({
      "Proposal date": "2026-12-01",
      Retention: "12",
      "How are cards taken?": "Pause and resume",
      "Where are recordings kept?": ["In the cloud", "On site"],
      "Who owns it?": "Diego Ramos",
    });
    await chat.submit();
    expect(await chat.formErrors()).toEqual({
      Retention: "Retention has at least 72 months.",
      Note: "A short note is needed.",
    });
    const field = chat.page.getByLabel("Retention");
    expect(await field.and(chat.page.locator(":focus")).count()).toBe(1);
    expect(await field.getAttribute("aria-invalid")).toBe("true");

    await chat.fillForm({ Retention: "84" });
    await chat.submit();
    await chat.waitForMessage("Saved:");
    expect(await chat.page.locator("dialog").count()).toBe(0);
    expect(stage.inbounds.at(-1)?.values).toEqual({
      proposal: "2026-12-01",
      retention: "84",
      method: "pause",
      where: ["cloud", "site"],
      owner: "diego",
      note: "",
    });
  },
);

browserTest(
  "a button that asks first does nothing until it is confirmed, and then once",
  async (browser) => {
    const chat = await openRoom(browser);
    await chat.say("/compliance status");
    stage.inbounds.length = 0;
    await chat.click("Cancel migration");
    await chat.page.getByRole("alertdialog", { name: "Cancel this migration?" }).waitFor();
    await chat.click("Go back");
    expect(stage.inbounds).toEqual([]);

    await chat.click("Cancel migration");
    await chat.click("Cancel the migration");
    await chat.waitForMessage("ConfirmCancel by amara");
    await chat.page.getByRole("button", { name: "Remind" }).dblclick();
    await chat.waitForMessage("ShowNext by amara");
    expect(stage.inbounds.map(({ command }) => command.type)).toEqual([
      "ConfirmCancel",
      "ShowNext",
    ]);
  },
);

browserTest("a press whose answer was lost is repeated under the same event", async (browser) => {
  const chat = await openRoom(browser);
  await chat.say("/compliance status");
  stage.inbounds.length = 0;
  await chat.page.route("**/api/act", async (route) => {
    await route.fetch();
    await route.abort();
  });
  await chat.click("Remind");
  await chat.page.getByText("The server did not answer").waitFor();
  await chat.page.unroute("**/api/act");
  await chat.click("Remind");
  await chat.waitForMessage("ShowNext by amara");

  expect(stage.inbounds).toHaveLength(1);
  expect((await chat.messages()).filter((text) => text.includes("ShowNext"))).toHaveLength(1);
});

browserTest("everything can be done with the keyboard alone", async (browser) => {
  const chat = await openRoom(browser);
  const { page } = chat;
  const keys = async (...pressed: string[]) => {
    for (const key of pressed) await page.keyboard.press(key);
  };
  await page.keyboard.type("/com");
  await keys("Tab");
  await page.keyboard.type("status");
  await keys("Enter");
  await chat.waitForMessage("Lakeside Clinic");

  await page.getByRole("button", { name: "Check a gate" }).focus();
  await keys("Enter");
  expect(await focused(page)).toBe("Gate 3, before deployment");
  await keys("ArrowDown");
  expect(await focused(page)).toBe("Gate 5, go-live");
  await keys("Escape");
  expect(await focused(page)).toBe("Check a gate");
  await keys("Enter", "ArrowUp", "Enter");
  await chat.waitForMessage("Compliance gate: PASS. Exit code 0.");
  expect(stage.inbounds.at(-1)?.command).toMatchObject({ type: "CheckGate", stage: 5 });

  await page.getByRole("button", { name: "Edit dates" }).focus();
  await keys("Enter");
  await page.getByRole("dialog", { name: "Dates" }).waitFor();
  for (let press = 0; press < 25; press++) {
    await keys("Tab");
    expect(await page.locator(":focus:not(dialog, dialog *)").count()).toBe(0);
  }
  await keys("Escape");
  expect(await focused(page)).toBe("Edit dates");

  await page.getByRole("textbox", { name: `Message #${place.channel}` }).focus();
  await keys("ArrowUp");
  expect(await page.getByRole("textbox").first().inputValue()).toBe("/compliance status");
});

browserTest("focus is always to be seen", async (browser) => {
  const chat = await openRoom(browser);
  await chat.say("/compliance status");
  const { page } = chat;
  await page.getByRole("button", { name: "Skip to the message box" }).focus();
  for (let press = 0; press < 20; press++) {
    await page.keyboard.press("Tab");
    const outline = await page.locator(":focus").evaluate((element) => {
      const box = element.matches(".composer-input") ? element.parentElement : element;
      const style = element.ownerDocument.defaultView.getComputedStyle(box);
      return `${style.outlineStyle} ${Number.parseFloat(style.outlineWidth) >= 2}`;
    });
    expect(outline).toBe("solid true");
  }
});

browserTest(
  "what one person says appears in another's tab, counted where it is not open",
  async (browser) => {
    const amara = await openRoom(browser, "amara");
    const diego = await openRoom(browser, "diego");
    const priya = await openChat(browser, stage.origin, { as: "priya", channel: "general" });
    await amara.say("The contract is in");

    await diego.waitForMessage("The contract is in");
    await priya.page.getByRole("link", { name: `${place.channel} 1 unread` }).waitFor();
    await expect.poll(() => priya.page.title()).toMatch(/^\(\d+\) #general/);
    await priya.goTo(place.channel);
    await expect.poll(() => priya.lastMessage()).toContain("The contract is in");
    await priya.page.getByRole("link", { name: place.channel, exact: true }).waitFor();
    const said = diego.page
      .getByRole("status")
      .filter({ hasText: "Amara Okafor: The contract is in" });
    await said.waitFor({ state: "attached" });
  },
);

browserTest(
  "a message that changes changes in place, and the focus in it stays",
  async (browser) => {
    const chat = await openRoom(browser);
    const button = { label: "Look", command: { type: "RunDoctor" } } as const;
    const living = (headline: string) => ({ headline, sections: [{ actions: [button] }] });
    const channel = {
      surface: "web",
      workspaceId: stage.workspaceId,
      channelId: place.channel,
    } as const;
    const post = {
      to: { kind: "channel", channel, threadRef: null },
      uncertain: false,
      lane: "interactive",
    } as const;
    const first = { ...post, message: living("1 of 18"), edit: null, attempt: randomUUID() };
    const sent = await stage.webChat.sender.send(first);
    await chat.waitForMessage("1 of 18");
    await chat.page.getByRole("button", { name: "Look" }).focus();
    const edit = sent.outcome === "sent" ? sent.ref : "";
    await stage.webChat.sender.send({
      ...post,
      message: living("2 of 18"),
      edit,
      attempt: randomUUID(),
    });

    await chat.waitForMessage("2 of 18");
    expect(await chat.messages()).toHaveLength(1);
    expect(await focused(chat.page)).toBe("Look");
  },
);

browserTest("what is said while a page begins to listen is on the page", async (browser) => {
  const other = await openRoom(browser, "marcus");
  const page = await other.page.context().newPage();
  let attach = () => {};
  const attached = new Promise<void>((resolve) => {
    attach = resolve;
  });
  await page.route("**/api/live*", async (route) => {
    await attached;
    await route.continue();
  });
  await page.goto(`${stage.origin}/chat?as=amara#/c/${place.channel}`);
  await page.locator("main:not([aria-busy])").waitFor();
  await other.page.bringToFront();
  await other.say("Nobody is listening yet");
  attach();

  await page.getByRole("article").filter({ hasText: "Nobody is listening yet" }).waitFor();
});

browserTest(
  "a thread opens beside the channel, takes replies, and gives the focus back",
  async (browser) => {
    const chat = await openRoom(browser);
    await chat.say("Who has the contract?");
    await chat.click(/^Reply in thread/);
    await chat.reply("Legal has it");

    expect(await chat.lastMessage({ thread: true })).toContain("Legal has it");
    expect(await chat.messages()).toHaveLength(1);
    await chat.page.getByRole("button", { name: /^1 reply/ }).waitFor();
    await chat.click("Close thread");
    await expect.poll(() => focused(chat.page)).toMatch(/^1 reply/);
  },
);

browserTest(
  "files that are chosen are asked about, then handed over with the answer",
  async (browser) => {
    const chat = await openRoom(browser);
    const chooser = chat.page.waitForEvent("filechooser");
    await chat.click("Attach files");
    const buffer = Buffer.from("signed on paper");
    const hash = createHash("sha256").update(buffer).digest("hex");
    await (await chooser).setFiles([{ name: "baa.txt", mimeType: "text/plain", buffer }]);
    await chat.page.getByRole("dialog", { name: "Where do they belong?" }).waitFor();
    await chat.fillForm({ "Evidence for": "Signed agreement" });
    await chat.submit();

    await chat.waitForMessage("Attached 1 to hipaa_baa_signed.agreement");
    expect(await chat.lastMessage()).toContain(`baa.txt, 15 bytes, ${hash}`);
  },
);

browserTest("hostile text is shown as the text it is", async (browser) => {
  const chat = await openRoom(browser);
  const problems: string[] = [];
  chat.page.on("pageerror", (error) => problems.push(String(error)));
  chat.page.on("dialog", (dialog) => problems.push(dialog.message()));
  await chat.say(HOSTILE);
  await chat.say("/compliance hostile");

  expect((await chat.messages())[0]).toContain(
    '<script>document.title="owned"</script> <!channel>',
  );
  expect(await chat.page.locator("article img, article script").count()).toBe(0);
  expect(await chat.page.locator("article a").count()).toBe(0);
  expect(await chat.page.title()).not.toBe("owned");
  expect(await chat.page.getByText("click (javascript:alert(1))").count()).toBe(1);
  expect(problems).toEqual([]);
});

browserTest("a home shows what waits and takes the answers on top of it", async (browser) => {
  const chat = await openRoom(browser);
  await chat.goTo("Home");
  await chat.page.getByRole("heading", { name: "Two things wait for you" }).waitFor();
  await chat.click("Review");

  await chat.page.getByText("ShowStatus by amara").waitFor();
  expect(stage.inbounds.at(-2)?.place).toEqual({ kind: "home", channel: null });
});

const widthOf = ({ page }: ChatPage): Promise<number> =>
  page.locator("html").evaluate((element) => element.scrollWidth);

browserTest("a phone's width holds everything without scrolling sideways", async (browser) => {
  const chat = await openRoom(browser, "walter", { width: 360, height: 740 });
  const long = "hipaa_baa_signed_".repeat(30);
  await chat.say(`${long} https://example.com/${long}`);
  for (const command of ["status", "gate 3", "hostile"]) await chat.say(`/compliance ${command}`);
  expect(await widthOf(chat)).toBe(360);

  await chat.page.getByRole("button", { name: "Channels menu" }).click();
  expect(await widthOf(chat)).toBe(360);
  await chat.page.keyboard.press("Escape");
  expect(await focused(chat.page)).toBe("Channels menu");
  await chat.goTo("Home");
  await chat.page.getByText("Two things wait for you").waitFor();
  expect(await widthOf(chat)).toBe(360);
  await chat.goTo(place.channel);
  await chat.say("/compliance dates");
  const dialog = await chat.page.getByRole("dialog", { name: "Dates" }).boundingBox();
  expect((dialog?.x ?? 0) + (dialog?.width ?? 999)).toBeLessThanOrEqual(360);
  expect(await widthOf(chat)).toBe(360);
});
