/**
 * How a command travels through Slack and back: as JSON in a button, in a menu or in a form. What comes back is
 * parsed as strictly as if a stranger had written it, and grants nothing.
 */
import { z } from "zod";
import { Command } from "../../../domain/command.ts";
import { assert } from "../../../domain/fault.ts";
import type { Menu } from "../../../messages/message.ts";
import { ACTION_ID, BUTTON_VALUE, OPTION_VALUE, PRIVATE_METADATA } from "./limits.ts";

/** What a person typed after the slash command, kept so that a form can be opened again. */
const Typed = z.strictObject({ type: z.literal("Text"), text: z.string().max(1_000) });
const Deed = z.union([Command, Typed]);
export type Deed = z.infer<typeof Deed>;

const fileIds = z.array(z.string().regex(/^F[A-Z0-9]{2,20}$/)).max(20);
const channelId = z.string().regex(/^[CDG][A-Z0-9]{2,20}$/);

/** A button's value: a command alone, or with the files that were dropped before it was shown. */
const Pressed = z.union([
  Deed.transform((deed) => ({ deed, files: [] as string[] })),
  z.strictObject({ deed: Deed, files: fileIds }),
]);
export type Pressed = z.infer<typeof Pressed>;

/** Where a view was opened and which files came before it; it comes back with what is done in the view. */
const Opened = z.object({
  channel: channelId.optional(),
  threadTs: z.string().max(30).optional(),
  files: fileIds.optional(),
});
export type Opened = z.infer<typeof Opened>;

/** A form's memory: what its submission means, too. */
const Memory = z.strictObject({ ...Opened.shape, command: Command });
export type Memory = z.infer<typeof Memory>;

export function encodePressed(deed: Deed, files: readonly string[] = []): string {
  const value = JSON.stringify(files.length === 0 ? deed : { deed, files });
  assert(value.length <= BUTTON_VALUE, `a button's command takes ${value.length} characters`);
  return value;
}

/** Null for anything that is not exactly what we wrote. */
export function decodePressed(value: unknown): Pressed | null {
  return decode(Pressed, value);
}

export function encodeMemory(memory: Memory): string {
  const text = JSON.stringify(memory);
  assert(text.length <= PRIVATE_METADATA, `a form's memory takes ${text.length} characters`);
  return text;
}

/** Null for anything that is not exactly what we wrote. */
export function decodeMemory(value: unknown): Memory | null {
  return decode(Memory, value);
}

export function encodeOpened(opened: Opened): string {
  return JSON.stringify(opened);
}

/** What is known of where a form or a notice was opened. */
export function decodeOpened(value: unknown): Opened {
  return decode(Opened, value) ?? {};
}

function decode<T>(shape: z.ZodType<T>, value: unknown): T | null {
  const parsed = shape.safeParse(parseJson(value));
  return parsed.success ? parsed.data : null;
}

function parseJson(value: unknown): unknown {
  if (typeof value !== "string") return undefined;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

const MENU = "menu";

export interface EncodedMenu {
  readonly actionId: string;
  readonly values: readonly string[];
}

/**
 * An option's value is too short for a command: what the choices share goes into the action's id, what differs
 * into each value. Null when even that does not fit.
 */
export function encodeMenu(menu: Menu, id: string): EncodedMenu | null {
  const commands = menu.choices.map(({ command }) => new Map(Object.entries(command)));
  const [first] = commands;
  if (!first) return null;
  const shared = [...first].filter(([key, value]) =>
    commands.every((command) => JSON.stringify(command.get(key)) === JSON.stringify(value)),
  );
  const sharedKeys = new Set(shared.map(([key]) => key));
  const actionId = `${MENU}:${id}:${JSON.stringify(Object.fromEntries(shared))}`;
  const values = commands.map((command) =>
    JSON.stringify(Object.fromEntries([...command].filter(([key]) => !sharedKeys.has(key)))),
  );
  const fits = actionId.length <= ACTION_ID && values.every((v) => v.length <= OPTION_VALUE);
  return fits && new Set(values).size === values.length ? { actionId, values } : null;
}

/** The command of a chosen option. */
export function decodeMenu(actionId: unknown, value: unknown): Pressed | null {
  const shared = typeof actionId === "string" ? /^menu:[^:]*:(.*)$/s.exec(actionId)?.[1] : null;
  const both = [parseJson(shared), parseJson(value)].map(
    (part) => z.record(z.string(), z.unknown()).safeParse(part).data,
  );
  const [head, tail] = both;
  if (!head || !tail) return null;
  const parsed = Command.safeParse({ ...head, ...tail });
  return parsed.success ? { deed: parsed.data, files: [] } : null;
}
