/** The app that administrators install asks for exactly what the program uses. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { REQUIRED_SCOPES } from "../../../src/chat/slack/examinations.ts";
import { ALL_SCOPES } from "../../support/slack/stand-in.ts";

const Manifest = z.object({
  display_information: z.object({
    name: z.string().max(35),
    description: z.string().max(140),
    long_description: z.string().min(175).max(4_000),
    background_color: z.string().regex(/^#[0-9a-f]{6}$/),
  }),
  features: z.object({
    app_home: z.object({
      home_tab_enabled: z.literal(true),
      messages_tab_enabled: z.literal(true),
    }),
    slash_commands: z.array(
      z.object({
        command: z.string(),
        description: z.string().max(2_000),
        usage_hint: z.string().max(1_000),
        should_escape: z.literal(false),
      }),
    ),
  }),
  oauth_config: z.object({ scopes: z.strictObject({ bot: z.array(z.string()) }) }),
  settings: z.object({
    event_subscriptions: z.object({ bot_events: z.array(z.string()) }),
    interactivity: z.object({ is_enabled: z.literal(true) }),
    socket_mode_enabled: z.literal(true),
  }),
});

const text = readFileSync(new URL("../../../manifest.yml", import.meta.url), "utf8");
const manifest = Manifest.parse(parse(text));

test("the manifest asks for the scopes that the program checks, and no other", () => {
  expect(manifest.oauth_config.scopes.bot.toSorted()).toEqual([...REQUIRED_SCOPES].toSorted());
  expect(ALL_SCOPES.toSorted()).toEqual([...REQUIRED_SCOPES].toSorted());
});

test("the manifest has one slash command", () => {
  expect(manifest.features.slash_commands.map(({ command }) => command)).toEqual(["/compliance"]);
});

test("the manifest subscribes to what is handled, each with its scope", () => {
  const needs: Readonly<Record<string, string | null>> = {
    app_home_opened: null,
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    app_uninstalled: null,
    tokens_revoked: null,
  };

  expect(manifest.settings.event_subscriptions.bot_events).toEqual(Object.keys(needs));
  for (const scope of Object.values(needs))
    if (scope !== null) expect(manifest.oauth_config.scopes.bot).toContain(scope);
});

describe("every scope", () => {
  test.each([...REQUIRED_SCOPES])("%s stands under a comment that says what it is for", (scope) => {
    const lines = text.split("\n").map((line) => line.trim());
    const at = lines.indexOf(`- ${scope}`);
    const above = lines.slice(0, at).findLast((line) => !line.startsWith("- "));

    expect(above).toMatch(/^# \S.{10,}/);
  });
});
