/**
 * Takes the pictures of the documentation from a server with an empty data directory:
 *
 *     CLEARGATE_DATA_DIR=/tmp/pictures npm start
 *     node src/start.mjs test/support/screenshots.ts http://127.0.0.1:3000
 */
import path from "node:path";
import type { Browser } from "playwright-core";
import { z } from "zod";
import {
  addProofs,
  answerAll,
  clearRequirement,
  HIPAA_WAYS,
  type Way,
} from "../scenarios/clear-requirement.ts";
import { confirm, day, type StoryStage, start } from "../scenarios/openings.ts";
import { CAST, type Role, type Talker } from "../scenarios/talker.ts";
import { WEB_CAST } from "../scenarios/web-stage.ts";
import { webTalker } from "../scenarios/web-talker.ts";
import { type ChatPage, openBrowser, openChat } from "./browser.ts";

const FOLDER = path.join(import.meta.dirname, "../../docs/images");
const CHANNEL = "lakeside-clinic";
const ANSWERS = { day, member: WEB_CAST.compliance };

function stageAt(origin: string): StoryStage {
  let talkers = new Map<Role, Talker>();
  return {
    surface: "web",
    userIds: WEB_CAST,
    enter: async (channel) => {
      await fetch(`${origin}/chat/api/channels`, {
        method: "POST",
        headers: { origin, "x-cleargate-chat": "1", "content-type": "application/json" },
        body: JSON.stringify({ as: WEB_CAST.engineer, name: channel }),
      });
      talkers = new Map(
        CAST.map((role) => [role, webTalker({ origin, userId: WEB_CAST[role], channel })]),
      );
    },
    as: (role) => {
      const talker = talkers.get(role);
      if (!talker) throw new Error(`nobody plays ${role}`);
      return talker;
    },
  };
}

interface View {
  readonly as: Role;
  readonly width?: number;
  readonly height?: number;
}

/** Opens the chat as somebody, does what is to be seen, and keeps the picture. */
async function picture(
  { browser, origin, name }: { browser: Browser; origin: string; name: string },
  { as, width = 1280, height = 820 }: View,
  act: (chat: ChatPage) => Promise<void>,
): Promise<void> {
  const chat = await openChat(browser, origin, {
    as: WEB_CAST[as],
    channel: CHANNEL,
    width,
    height,
  });
  await act(chat);
  await chat.page.waitForTimeout(600);
  await chat.page.screenshot({ path: path.join(FOLDER, `${name}.png`) });
  await chat.page.context().close();
}

async function takePictures(browser: Browser, origin: string): Promise<void> {
  const stage = stageAt(origin);
  const about = (name: string) => ({ browser, origin, name });
  const [first, ...others] = HIPAA_WAYS as readonly [Way, ...Way[]];
  await stage.enter(CHANNEL);
  await start(stage.as("engineer"), { customer: "Lakeside Clinic", industry: "medical clinic" });
  await confirm(stage, { verticals: ["HIPAA"], facts: { patient_info: "yes" } });
  await picture(about("start"), { as: "colleague" }, async () => {});
  await picture(about("interview"), { as: "colleague" }, (chat) =>
    chat.say(`/compliance answer ${first.requirement}`),
  );
  await picture(about("gate-blocked"), { as: "colleague" }, async (chat) => {
    await chat.say("/compliance gate 5");
    await chat.click("Dismiss");
  });

  await answerAll(stage.as("engineer"), first.requirement, ANSWERS);
  await addProofs(stage.as("engineer"), first, day);
  await stage.as("engineer").command(`/compliance request ${first.requirement}`);
  await picture(about("home"), { as: "compliance" }, (chat) => chat.goTo("Home"));
  await picture(about("phone"), { as: "compliance", width: 390, height: 844 }, (chat) =>
    chat.goTo("Cleargate"),
  );
  await picture(about("ceremony"), { as: "compliance" }, (chat) =>
    chat.say(`/compliance sign ${first.requirement}`),
  );

  await stage.as("compliance").command(`/compliance sign ${first.requirement}`);
  await stage.as("compliance").submit();
  for (const way of others) await clearRequirement(stage, way, ANSWERS);
  await picture(about("gate-pass"), { as: "manager" }, (chat) => chat.say("/compliance gate 5"));
}

const origin = z.url().parse(process.argv[2] ?? "http://127.0.0.1:3000");
const browser = await openBrowser();
try {
  await takePictures(browser, new URL(origin).origin);
} finally {
  await browser.close();
}
