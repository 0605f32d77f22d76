/** What only Teams has to say. */
import type { Message } from "../../../messages/message.ts";

export const ANSWERED_PRIVATELY: Message = {
  headline: "I answered you privately, in your own chat with Cleargate.",
};

/** Nobody else may read the answer, and there is no way to the person. */
export const ONLY_HERE: Message = {
  headline: "I could not answer you privately.",
  tone: "attention",
  sections: [{ lines: ["Add Cleargate for yourself (Apps, Cleargate, Add), then ask again."] }],
};

export const WELCOME: Message = {
  headline: "Cleargate clears compliance gates for phone-system migrations.",
  sections: [
    {
      lines: [
        "It finds out which rules apply, leads through each requirement, asks the right person for a signature, and says whether the migration may go on.",
        "In a team or group chat, mention Cleargate: @Cleargate start. Here, just type: help.",
      ],
      actions: [
        { label: "Open Cleargate", command: { type: "OpenHome" }, style: "primary" },
        { label: "Help", command: { type: "ShowHelp" } },
      ],
    },
  ],
};

export const NOT_A_PERSON: Message = {
  headline: "Only people can use this. Nothing was changed.",
  tone: "attention",
};

export const FILE_DECLINED: Message = {
  headline: "The file was not handed over. Ask for it again when you want it.",
};

export const FILE_LOST: Message = {
  headline: "The file could not be handed over. Ask for it again.",
  tone: "attention",
};
