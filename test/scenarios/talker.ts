/** What a story needs of a chat, the same for every surface: people who type, press, fill in and read. */
import type { Filling, GivenFile } from "../support/slack/driver/fill.ts";

export const CAST = [
  "engineer",
  "colleague",
  "compliance",
  "manager",
  "security",
  "counsel",
  "sales",
  "it",
  "guest",
  "gone",
] as const;
export type Role = (typeof CAST)[number];

export interface Talker {
  /** Types into the story's channel, such as `/compliance status`. */
  command(text: string): Promise<void>;
  /** Presses the newest button or menu choice of that label that the person can see. */
  press(label: string | RegExp): Promise<void>;
  /** Fills the open form by field id or label and sends it. */
  submit(filling?: Filling): Promise<void>;
  openHome(): Promise<void>;
  dropFile(file: GivenFile): Promise<void>;
  /** Types plain words into the thread of the product's message that holds the text; else into the channel. */
  say(text: string, beside?: string | RegExp): Promise<void>;
  /** Waits until the person can see the text somewhere; answers with the whole message. */
  sees(text: string | RegExp): Promise<string>;
  /** Everything the person can see, newest first. */
  screen(): Promise<string>;
  /** The open form, as text; null when none is open. */
  form(): string | null;
  /** The ids of the open form's fields. */
  fields(): readonly string[];
  /** What stands beside the fields after the last submission. */
  errors(): Readonly<Record<string, string>>;
  /** What the last request was answered with. */
  lastStatus(): number;
  /** Sends the last click or submission once more, as a retry does. */
  repeat(): Promise<void>;
}

/** One surface with the product behind it, ready for a story. */
export interface Stage {
  readonly surface: "slack" | "teams" | "web" | "browser";
  as(role: Role): Talker;
}
