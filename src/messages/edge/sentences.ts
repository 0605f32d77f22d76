/** What a chat says by itself, when a request does not get as far as the application, or before it does. */
import type { Button, Message } from "../message.ts";

/** A button or a form that we did not write, or that an older version wrote. */
export const OUT_OF_DATE: Message = {
  headline: "This is out of date. Nothing was changed.",
  tone: "attention",
  sections: [
    {
      lines: ["Open it again to go on."],
      actions: [{ label: "Open Cleargate", command: { type: "OpenHome" } }],
    },
  ],
};

export const OTHER_WORKSPACE: Message = {
  headline:
    "Only people of the workspace in which Cleargate is installed can use this. Nothing was changed.",
  tone: "attention",
};

export const TAKES_LONGER: Message = {
  headline: "This takes longer than usual. The answer follows as soon as it is there.",
  tone: "attention",
};

/** The outcome is not known here; a repeat is harmless. */
export function didNotWork(correlationId: string): Message {
  return {
    headline: "That did not work. Try it again in a moment.",
    tone: "bad",
    sections: [
      {
        lines: [
          "If it was done after all, Cleargate will say so and do nothing twice.",
          ["It is recorded as ", { code: correlationId }, "."],
        ],
      },
    ],
  };
}

/** Fields that the person has to mend, where there is no form to show them in. */
export function mendFields(fields: Readonly<Record<string, string>>): Message {
  return {
    headline: "Something is missing or wrong. Nothing was changed.",
    tone: "attention",
    sections: [{ lines: Object.values(fields) }],
  };
}

/** Files were dropped: to which requirement they belong is asked after a click. */
export function askAboutFiles(names: readonly string[]): Message {
  const count = names.length === 1 ? "this file" : `these ${names.length} files`;
  return {
    headline: `Shall ${count} become evidence?`,
    sections: [{ lines: names.map((name) => [{ strong: name }]) }],
  };
}

export const ATTACH: Button = { label: "Choose where", command: { type: "AttachFiles" } };
