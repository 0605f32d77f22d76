import type { Browser } from "playwright-core";
import { browserTest, type ChatPage, openChat } from "../support/browser.ts";
import { createDatabase } from "../support/database.ts";
import { browserTalker } from "./browser-talker.ts";
import type { StoryStage } from "./openings.ts";
import { clinicStory, hospitalStory } from "./stories-migrations.ts";
import type { Role, Talker } from "./talker.ts";
import { openWebStage, WEB_CAST, type WebStage } from "./web-stage.ts";

const database = await createDatabase();

/** Every person has a window of their own, opened when they are needed. */
async function inWindows(browser: Browser, web: WebStage): Promise<StoryStage> {
  const windows = new Map<Role, ChatPage>();
  let channel = "general";
  const talkers = new Map<Role, Talker>();
  const open = (role: Role): Talker => {
    const lazy = async (): Promise<Talker> => {
      const chat = await openChat(browser, web.running.url, { as: WEB_CAST[role], channel });
      windows.set(role, chat);
      return browserTalker(chat, channel);
    };
    return deferred(lazy);
  };
  return {
    surface: "browser",
    userIds: web.userIds,
    enter: async (name) => {
      await web.enter(name);
      channel = name;
      talkers.clear();
      for (const chat of windows.values()) await chat.page.context().close();
      windows.clear();
    },
    as: (role) => {
      const talker = talkers.get(role) ?? open(role);
      talkers.set(role, talker);
      return talker;
    },
  };
}

/** A talker whose window opens with the first thing the person does. */
function deferred(open: () => Promise<Talker>): Talker {
  let opened: Promise<Talker> | null = null;
  let ready: Talker | null = null;
  const talker = async (): Promise<Talker> => {
    opened ??= open();
    ready = await opened;
    return ready;
  };
  return {
    command: async (text) => (await talker()).command(text),
    press: async (label) => (await talker()).press(label),
    submit: async (filling) => (await talker()).submit(filling),
    openHome: async () => (await talker()).openHome(),
    dropFile: async (file) => (await talker()).dropFile(file),
    say: async (text, beside) => (await talker()).say(text, beside),
    sees: async (text) => (await talker()).sees(text),
    screen: async () => (await talker()).screen(),
    form: () => ready?.form() ?? null,
    fields: () => ready?.fields() ?? [],
    errors: () => ready?.errors() ?? {},
    lastStatus: () => ready?.lastStatus() ?? 0,
    repeat: async () => (await talker()).repeat(),
  };
}

async function tell(browser: Browser, story: (stage: StoryStage) => Promise<void>): Promise<void> {
  const web = await openWebStage(database.ownerUrl);
  try {
    await story(await inWindows(browser, web));
  } finally {
    await web.stop();
  }
}

browserTest("a clinic's migration passes both gates in a browser", (browser) =>
  tell(browser, clinicStory),
);
browserTest("a teaching hospital's migration passes both gates in a browser", (browser) =>
  tell(browser, hospitalStory),
);
