/** What only Slack has to say: its forms open within three seconds, or not at all. */
import type { Message } from "../../../messages/message.ts";
import type { Deed } from "../render/wire.ts";

/** Slack gives three seconds to open a form; a button starts them anew. */
export function openAgain(deed: Deed | null): Message {
  if (deed === null)
    return { headline: "Slack did not open the form in time. Please do that again." };
  return {
    headline: "Slack did not open the form in time.",
    tone: "attention",
    sections: [{ lines: ["Press the button to open it now."] }],
  };
}

export const SAVED_GO_ON: Message = {
  headline: "That worked, but the next step could not be opened in time.",
  tone: "attention",
  sections: [
    {
      lines: ["Open Cleargate to go on where you are."],
      actions: [{ label: "Open Cleargate", command: { type: "OpenHome" } }],
    },
  ],
};
