/**
 * How a command travels through Teams and back: as the data of a card's action, beside which the client puts what
 * a person filled in. What comes back is parsed as strictly as if a stranger had written it, and grants nothing.
 */
import { z } from "zod";
import { Command } from "../../../domain/command.ts";
import { assert } from "../../../domain/fault.ts";
import { ALL_FILES_JSON, FILES_JSON } from "./limits.ts";

/** The verb of every action of ours; its data stand under the same word. */
export const VERB = "cleargate";
/** The verb of what a client asks by itself, to show a person their own version of a card. */
export const VIEW_VERB = "cleargate.view";
/** The input of a menu has this and a number as its id. */
export const MENU = "menu:";

/** What a person typed to the bot, kept so that it can be done again. */
const Typed = z.strictObject({ type: z.literal("Text"), text: z.string().max(1_000) });
const Deed = z.union([Command, Typed]);
export type Deed = z.infer<typeof Deed>;

/** A file that a person sent before the card was shown: where Teams hands it over. */
export const FileRef = z.strictObject({
  id: z.string().min(1).max(200),
  name: z.string().min(1).max(400),
  url: z.url({ protocol: /^https?$/ }).max(4_000),
  type: z.string().max(100),
  /** Where people find it. */
  link: z
    .url({ protocol: /^https?$/ })
    .max(4_000)
    .optional(),
});
export type FileRef = z.infer<typeof FileRef>;

const beside = {
  /** The conversation in which it began. */
  place: z
    .string()
    .regex(/^[^\s;]{1,300}$/)
    .optional(),
  files: z.array(FileRef).max(20).optional(),
};

const Carried = z.strictObject({
  deed: Deed,
  ...beside,
  form: z.string().max(100).optional(),
  /** Fields of the form that take several choices. */
  several: z.array(z.string().max(200)).max(20).optional(),
});
export type Carried = z.infer<typeof Carried>;

const CarriedMenu = z.strictObject({ menu: z.string().regex(/^menu:\d{1,3}$/), ...beside });

const Data = z.object({ cleargate: z.union([Carried, CarriedMenu]) });
const Fields = z.record(z.string(), z.unknown());

export interface Pressed {
  readonly deed: Deed;
  readonly place: string | null;
  readonly files: readonly FileRef[];
  /** The open form from which it came. */
  readonly form: string | null;
  /** What was filled in, by the id of the form's field. */
  readonly values: Readonly<Record<string, string | readonly string[]>>;
}

/** What an action of a card carries beside its deed. */
export interface Beside {
  readonly place?: string | undefined;
  readonly files?: readonly FileRef[] | undefined;
  readonly form?: string | undefined;
  readonly several?: readonly string[] | undefined;
}

export function encodePressed(deed: Deed, beside: Beside = {}): object {
  return { cleargate: { deed, ...present(beside) } };
}

/** Of a menu whose input has this id; the chosen command comes as the input's value. */
export function encodeMenu(menu: string, { place, files }: Beside = {}): object {
  return { cleargate: { menu, ...present({ place, files }) } };
}

/** The first files, as many as each of so many buttons may carry. */
export function fitFiles(files: readonly FileRef[], buttons: number): readonly FileRef[] {
  const room = Math.min(FILES_JSON, Math.floor(ALL_FILES_JSON / Math.max(buttons, 1)));
  let weight = 0;
  return files.filter((file) => {
    weight += JSON.stringify(file).length + 1;
    return weight <= room;
  });
}

function present({ place, files = [], form, several = [] }: Beside): object {
  return {
    ...(place === undefined ? {} : { place }),
    ...(files.length === 0 ? {} : { files }),
    ...(form === undefined ? {} : { form }),
    ...(several.length === 0 ? {} : { several }),
  };
}

/** Null for anything that is not exactly what we wrote; what stands beside it is a form's values or nothing. */
export function decodePressed(data: unknown): Pressed | null {
  const parsed = Data.safeParse(data);
  const fields = Fields.safeParse(data);
  if (!parsed.success || !fields.success) return null;
  const { cleargate: carried } = parsed.data;
  const deed = "menu" in carried ? chosenIn(fields.data[carried.menu]) : carried.deed;
  if (deed === null) return null;
  return {
    deed,
    place: carried.place ?? null,
    files: carried.files ?? [],
    form: "form" in carried ? (carried.form ?? null) : null,
    values: readValues(fields.data, "several" in carried ? (carried.several ?? []) : []),
  };
}

function chosenIn(value: unknown): Command | null {
  if (typeof value !== "string") return null;
  try {
    return Command.safeParse(JSON.parse(value)).data ?? null;
  } catch {
    return null;
  }
}

/** An input's id is the id of the form's field with this before it. */
const FIELD_KEY = /^field:([A-Za-z][\w.-]{0,199})$/;

export function encodeField(id: string): string {
  const key = `field:${id}`;
  assert(FIELD_KEY.test(key), `the answer to the field ${id} would not be known again`);
  return key;
}

/** Some clients send a number as one; several choices come with commas between them. */
function readValues(
  fields: Readonly<Record<string, unknown>>,
  several: readonly string[],
): Record<string, string | readonly string[]> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, value]) => {
      const id = FIELD_KEY.exec(key)?.[1];
      const text = typeof value === "number" ? String(value) : value;
      if (id === undefined || typeof text !== "string") return [];
      return [[id, several.includes(id) ? text.split(",").filter(Boolean) : text]];
    }),
  );
}
