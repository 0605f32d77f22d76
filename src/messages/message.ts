/**
 * What the product says, the same for every surface. Text is typed, so that a renderer encodes it at the last
 * step and nothing a person wrote can become a mention, a link or markup.
 */
import type { Command } from "../domain/command.ts";
import type { Day, Instant } from "../domain/ids.ts";

export type Inline =
  | string
  | { readonly strong: string }
  | { readonly code: string }
  | { readonly link: string; readonly text: string }
  /** Shown in the reader's own zone. */
  | { readonly time: Instant; readonly as: "date_time" | "date" }
  /** A day in the migration's zone; the same day for every reader. */
  | { readonly day: Day };

export type Text = string | readonly Inline[];

/** Colour is never the only sign: each tone has a word beside it. */
export type Tone = "neutral" | "good" | "attention" | "bad";

export interface ChecklistLine {
  readonly mark: "done" | "open" | "waiting" | "blocked" | "skipped";
  readonly text: Text;
  /** The state in words. */
  readonly state: string;
  readonly action?: Button;
}

export interface Button {
  readonly label: string;
  readonly command: Command;
  readonly style?: "primary" | "danger";
  /** Asked before the command is sent. */
  readonly confirm?: { readonly title: string; readonly text: string; readonly yes: string };
}

export interface Menu {
  readonly label: string;
  readonly choices: readonly { readonly label: string; readonly command: Command }[];
}

export interface LinkAction {
  readonly label: string;
  readonly url: string;
}

export interface Section {
  readonly title?: string;
  readonly lines?: readonly Text[];
  readonly fields?: readonly { readonly label: string; readonly value: Text }[];
  readonly checklist?: readonly ChecklistLine[];
  readonly progress?: { readonly done: number; readonly of: number; readonly label: string };
  readonly table?: {
    readonly caption: string;
    readonly columns: readonly string[];
    readonly rows: readonly (readonly string[])[];
  };
  /** Verbatim text, such as JSON or a command line. */
  readonly code?: string;
  readonly actions?: readonly (Button | Menu | LinkAction)[];
}

export interface Message {
  /** Complete alone: it is the notification and what a screen reader says first. */
  readonly headline: string;
  readonly tone?: Tone;
  readonly sections?: readonly Section[];
  /** A file offered for download, such as the closeout report. */
  readonly attachment?: {
    readonly name: string;
    readonly mimeType: string;
    readonly content: string;
  };
  /** Small print under the message. */
  readonly footnote?: Text;
}

/** A person's own page: what waits for them, and for what they wait. */
export interface Home {
  readonly headline: string;
  readonly sections: readonly Section[];
}
