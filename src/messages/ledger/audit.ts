/** What is said about the ledger's signatures: the newest checkpoint, and a history that does not fit. */
import type { LedgerBreak } from "../../domain/audit/ledger-break.ts";
import type { Instant } from "../../domain/ids.ts";
import type { Message, Section } from "../message.ts";
import { button } from "../sections/steps.ts";
import { counted, short } from "../wording.ts";

export interface Signed {
  readonly size: number;
  readonly keyId: string;
  /** The signed note. */
  readonly note: string;
  readonly signedAt: Instant;
}

/** The newest checkpoint, whether it is posted, and what keeps the ledger from going on. */
export function auditMessage(state: {
  readonly checkpoint: Signed | null;
  readonly breaks: readonly LedgerBreak[];
  readonly isPosted: boolean;
}): Message {
  const { checkpoint, breaks, isPosted } = state;
  const [first] = breaks;
  if (first) return breakMessage(first, checkpoint);
  return {
    headline: checkpoint
      ? `The ledger was last signed at ${counted(checkpoint.size, "entry", "entries")}.`
      : "Nothing of the ledger has been signed yet.",
    tone: checkpoint ? "good" : "neutral",
    sections: [
      ...(checkpoint ? [signedSection(checkpoint)] : []),
      {
        lines: [
          isPosted
            ? "A checkpoint is posted once a day in the channel that an administrator chose."
            : "Checkpoints are posted in no channel. An administrator says /compliance audit here in the channel that shall have them.",
        ],
        actions: [button("Check the whole ledger", { type: "VerifyLedger" })],
      },
    ],
  };
}

function signedSection({ keyId, note, signedAt }: Signed): Section {
  return {
    fields: [
      { label: "Signed", value: [{ time: signedAt, as: "date_time" }] },
      { label: "Key", value: [{ code: keyId }] },
    ],
    code: note,
  };
}

/** What is posted in the channel of checkpoints. */
export function checkpointMessage(checkpoint: Signed): Message {
  return {
    headline: `Checkpoint of the ledger: ${counted(checkpoint.size, "entry", "entries")}.`,
    sections: [signedSection(checkpoint)],
    footnote:
      "Keep this message: with it an auditor can tell whether anything was removed or rewritten since.",
  };
}

/** Whoever can accept a break hears of it, and what it means. */
export function breakMessage(found: LedgerBreak, checkpoint: Signed | null): Message {
  const { why, kept, live, acceptedBy } = found;
  return {
    headline:
      "The ledger does not continue what was signed: nothing is sealed, and every gate is blocked.",
    tone: "bad",
    sections: [
      {
        lines: [why],
        fields: [
          ...(kept ? [{ label: "Signed", value: counted(kept.size, "entry", "entries") }] : []),
          { label: "There now", value: counted(live.size, "entry", "entries") },
          ...(acceptedBy ? [{ label: "Accepted by", value: short(acceptedBy.name, 60) }] : []),
        ],
      },
      {
        lines: [
          "What people do meanwhile is recorded and waits. First find out why: was an older backup restored, was the database changed, or does a process have another signing key?",
          acceptedBy
            ? "One more person, an administrator or a compliance officer, accepts it with /compliance audit accept and the reason."
            : "If it has to stay so, two people, administrators or compliance officers, accept it with /compliance audit accept and the reason. That stays in the record for good.",
        ],
        actions: [button("Check the whole ledger", { type: "VerifyLedger" })],
      },
      ...(checkpoint ? [signedSection(checkpoint)] : []),
    ],
  };
}

/** After the first or the second acceptance. */
export function breakAccepted(state: {
  readonly isFinal: boolean;
  readonly left: number;
}): Message {
  if (!state.isFinal) {
    return {
      headline: "Recorded. One more person has to accept it before the ledger goes on.",
      tone: "attention",
      sections: [
        {
          lines: [
            "It must be somebody else: an administrator or a compliance officer. They say /compliance audit accept and the reason.",
          ],
        },
      ],
    };
  }
  const more =
    state.left === 0 ? "" : ` ${counted(state.left, "more break is", "more breaks are")} open.`;
  return {
    headline: `Two people have accepted it: the ledger goes on from here, and the record says so for good.${more}`,
    tone: state.left === 0 ? "good" : "attention",
  };
}

export function auditChannelChosen(post: "here" | "nowhere"): Message {
  return {
    headline:
      post === "here"
        ? "A checkpoint is posted in this channel once a day when there is something new, and now."
        : "Checkpoints are posted in no channel any more.",
    tone: "good",
  };
}

/** Under a message that is edited anyway; whoever wants to know it of this moment asks verify. */
export function sealedUpTo(entries: number): string {
  return `Sealed in the ledger up to entry ${entries}.`;
}
