/**
 * A headless Chromium and the web chat's page as a person uses it, found by roles and labels only:
 *
 *     browserTest("an engineer opens a migration", async (browser) => {
 *       const chat = await openChat(browser, origin, { as: "amara" });
 *       await chat.say("/compliance start");
 *       await chat.fillForm({ Customer: "Lakeside Clinic", "Industry": "clinic" });
 *       await chat.submit();
 *       expect(await chat.lastMessage()).toContain("Lakeside Clinic");
 *     });
 */
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import { afterAll, test } from "vitest";

const ARGUMENTS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const MISSING = "not run: chromium missing";

/** The program of this machine, or null. */
export function findBrowser(): string | null {
  const wanted = [
    process.env.CHROMIUM_PATH,
    "/usr/bin/chromium-headless-shell",
    "/usr/bin/chromium",
    "/usr/bin/google-chrome",
  ];
  return wanted.find((program) => program !== undefined && existsSync(program)) ?? null;
}

export async function openBrowser(): Promise<Browser> {
  const executablePath = findBrowser();
  if (executablePath === null) throw new Error(MISSING);
  return await chromium.launch({ executablePath, args: ARGUMENTS, headless: true });
}

let shared: Promise<Browser> | undefined;

/** A test in windows of its own; where there is no browser it passes with a line, except under `CI=1`. */
export function browserTest(name: string, run: (browser: Browser) => Promise<void>): void {
  afterAll(closeShared);
  test(name, { timeout: 240_000 }, async () => {
    if (findBrowser() === null) {
      if (process.env.CI === "1") throw new Error(MISSING);
      process.stdout.write(`${MISSING}\n`);
      return;
    }
    shared ??= openBrowser();
    const browser = await shared;
    try {
      await run(browser);
    } finally {
      for (const context of browser.contexts()) await context.close();
    }
  });
}

async function closeShared(): Promise<void> {
  const open = await shared;
  shared = undefined;
  await open?.close();
}

export interface OpenChatOptions {
  /** A user id such as `amara`. */
  readonly as?: string;
  /** A channel's id such as `general`. */
  readonly channel?: string;
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
}

type Answers = Readonly<Record<string, string | readonly string[]>>;

/** One tab of the web chat. */
export interface ChatPage {
  readonly page: Page;
  /** Acts as another person, by the name that the page shows. */
  actAs(name: string): Promise<void>;
  /** Opens a place by its name in the list: `general`, `Home`, `Cleargate`. */
  goTo(place: string): Promise<void>;
  /** Types into the composer and sends; returns when the answer is shown. */
  say(text: string): Promise<void>;
  /** The same in the thread that is open. */
  reply(text: string): Promise<void>;
  /** Presses the newest button of that name; while a dialog is open, one in it. */
  click(button: string | RegExp): Promise<void>;
  /** Opens the newest menu of that name and takes one of its choices. */
  choose(menu: string, choice: string): Promise<void>;
  /** Answers the open form by its labels; a list for ticks, file paths for files. */
  fillForm(answers: Answers): Promise<void>;
  /** Sends the open form; returns when it has closed, has a next page, or shows errors. */
  submit(): Promise<void>;
  /** The open form's sentences beside its fields, by label. */
  formErrors(): Promise<Readonly<Record<string, string>>>;
  /** What the newest message in the channel says, or with `thread: true` in the open thread. */
  lastMessage(options?: { readonly thread?: boolean }): Promise<string>;
  /** Every message that stands in the channel, oldest first. */
  messages(): Promise<readonly string[]>;
  /** Waits until the newest message holds the text. */
  waitForMessage(text: string | RegExp): Promise<void>;
}

export async function openChat(
  browser: Browser,
  origin: string,
  options: OpenChatOptions = {},
): Promise<ChatPage> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1280, height: options.height ?? 860 },
    colorScheme: options.dark ? "dark" : "light",
    locale: "en-US",
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const query = options.as ? `?as=${options.as}` : "";
  await page.goto(`${origin}/chat${query}#/c/${options.channel ?? "general"}`);
  await page.locator("main:not([aria-busy])").waitFor();
  return pageOf(page);
}

function pageOf(page: Page): ChatPage {
  const dialog = page.locator("dialog[open]");
  const timeline = page.getByRole("main").getByRole("article");
  const thread = page.getByRole("complementary", { name: "Thread" });
  const within = async (): Promise<Page | Locator> =>
    (await dialog.count()) > 0 ? dialog.last() : page;
  return {
    page,
    actAs: async (name) => {
      const options = page.getByLabel("Acting as").locator("option", { hasText: name });
      const value = await options.first().getAttribute("value");
      await page.getByLabel("Acting as").selectOption(value);
      const me = page.locator("section[aria-label='The person you act as']");
      await until(async () => (await me.textContent())?.includes(name) ?? false);
    },
    goTo: async (place) => {
      const menu = page.getByRole("button", { name: "Channels menu" });
      if (await menu.isVisible()) await menu.click();
      await page
        .getByRole("navigation")
        .getByRole("link", { name: new RegExp(`${place}( |$)`) })
        .click();
      await page.getByRole("heading", { level: 1, name: new RegExp(`${place}$`) }).waitFor();
    },
    say: (text) => send(page.getByRole("textbox", { name: /^Message / }), text),
    reply: (text) => send(thread.getByRole("textbox", { name: "Reply in thread" }), text),
    click: async (name) => press((await within()).getByRole("button", { name }).last()),
    choose: async (menu, choice) => {
      const opener = (await within()).getByRole("button", { name: menu }).last();
      await opener.click();
      await page.getByRole("menuitem", { name: choice }).last().click();
      await settle(opener);
    },
    fillForm: async (answers) => {
      for (const [label, answer] of Object.entries(answers)) {
        await fillField(dialog.last(), label, answer);
      }
    },
    submit: () => press(dialog.last().locator("button[type=submit]")),
    formErrors: () => readErrors(dialog.last()),
    lastMessage: async (options) => {
      const articles = options?.thread ? thread.getByRole("article") : timeline;
      return await textOf(articles.last());
    },
    messages: () => timeline.allInnerTexts(),
    waitForMessage: async (text) => {
      const says = timeline.last().filter({ hasText: text });
      await says.waitFor();
    },
  };
}

/** Types and sends; the composer is empty again when the answer has been shown. */
async function send(composer: Locator, text: string): Promise<void> {
  await composer.fill(text);
  await composer.press("Enter");
  await until(async () => (await composer.inputValue()) === "");
}

/** As the page lays it out, with its line breaks. */
async function textOf(element: Locator): Promise<string> {
  return (await element.allInnerTexts()).join("");
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const over = performance.now() + 15_000;
  while (!(await isSo())) {
    if (performance.now() > over) throw new Error("The page did not get there within 15 s.");
    await sleep(20);
  }
}

async function press(button: Locator): Promise<void> {
  const element = await button.elementHandle();
  await button.click();
  await element?.evaluate(waitUntilIdle);
}

async function settle(button: Locator): Promise<void> {
  await (await button.elementHandle())?.evaluate(waitUntilIdle);
}

/** Runs in the page: a button that sent something is idle again, or gone. */
async function waitUntilIdle(button: {
  readonly isConnected: boolean;
  readonly getAttribute: (name: string) => string | null;
}): Promise<void> {
  for (let waited = 0; waited < 15_000; waited += 20) {
    if (!button.isConnected || button.getAttribute("aria-disabled") !== "true") return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function fillField(
  form: Locator,
  label: string,
  answer: string | readonly string[],
): Promise<void> {
  const named = new RegExp(`^${label.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}( \\(optional\\))?$`);
  const group = form.getByRole("group", { name: named });
  if ((await group.count()) > 0) {
    for (const option of [answer].flat()) await group.getByLabel(option, { exact: true }).check();
    return;
  }
  const control = form.getByLabel(named);
  const kind = await control.evaluate(
    (element) => element.nodeName + (element.getAttribute("type") ?? ""),
  );
  if (kind === "INPUTfile") await control.setInputFiles([...[answer].flat()]);
  else if (kind === "SELECT") {
    const option = control.locator("option", { hasText: String(answer) }).first();
    await control.selectOption(await option.getAttribute("value"));
  } else await control.fill(String(answer));
}

async function readErrors(form: Locator): Promise<Readonly<Record<string, string>>> {
  const wrong = form.locator(".question-wrong");
  const errors: Record<string, string> = {};
  for (const question of await wrong.all()) {
    const label = await textOf(question.locator(".label"));
    errors[label.replace(" (optional)", "")] = await textOf(question.locator(".error"));
  }
  return errors;
}
