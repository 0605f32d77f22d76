/** What Teams refuses, in words with a fix, remembered so that `doctor` can tell it. */
import type { Finding, Log, Sent } from "../../../app/ports.ts";
import type { Trouble } from "./trouble.ts";

interface Advice {
  readonly says: string;
  readonly fix: string;
}

const ADD = "Add Cleargate to the team or chat: Apps, Manage your apps, Cleargate, Add.";
const SECRET = "Set TEAMS_APP_PASSWORD to the value of a client secret that has not ended.";

/** The Bot Connector's words for what went wrong, with what a person can do about it. */
const ADVICE: Readonly<Record<string, Advice>> = {
  BotNotInConversationRoster: { says: "Cleargate is not in the conversation", fix: ADD },
  ConversationNotFound: { says: "Teams knows no such conversation", fix: ADD },
  ConversationBlockedByUser: { says: "the person blocked Cleargate", fix: "Nothing to do." },
  MessageWritesBlocked: {
    says: "the person blocked or removed Cleargate",
    fix: "Ask them to add Cleargate in Teams again.",
  },
  BotDisabledByAdmin: {
    says: "an administrator switched Cleargate off",
    fix: "Allow it in the Teams admin center, under Manage apps.",
  },
  ForbiddenOperationException: { says: "Teams does not allow it there", fix: ADD },
  Forbidden: { says: "Teams does not allow it there", fix: ADD },
  MessageSizeTooBig: {
    says: "the message is too large",
    fix: "Report it: Cleargate should have cut it.",
  },
  ActivityNotFoundInConversation: { says: "the message is gone", fix: "Nothing to do." },
  AddressNotAllowed: {
    says: "the request named an address that is not Teams'",
    fix: "Nothing to do: nothing was sent.",
  },
  invalid_client: { says: "the directory does not accept the secret", fix: SECRET },
  unauthorized_client: { says: "the directory does not know the app", fix: "Check TEAMS_APP_ID." },
  invalid_request: { says: "the directory refuses the request", fix: "Check TEAMS_TENANT_ID." },
};

/** One sentence about a refusal of Teams'. */
export function explain(call: string, code: string): string {
  return `${call}: ${ADVICE[code]?.says ?? code}.`;
}

export interface Troubles {
  /** Remembers and logs what Teams refused. */
  note(call: string, trouble: Trouble): void;
  findings(): readonly Finding[];
}

/** Everyday answers; they say nothing about the set-up. */
const EVERYDAY = new Set([
  "ConversationBlockedByUser",
  "MessageWritesBlocked",
  "ActivityNotFoundInConversation",
  "AddressNotAllowed",
]);
const MAX_KEPT = 50;

export function createTroubles(log: Log): Troubles {
  const seen = new Map<string, { readonly call: string; readonly code: string }>();
  return {
    note(call, trouble) {
      const code = trouble.kind === "refused" ? trouble.code : trouble.kind;
      log.warn("teams_refused", { provider: "teams", call, code });
      if (trouble.kind !== "refused" || EVERYDAY.has(code) || seen.size >= MAX_KEPT) return;
      seen.set(`${call} ${code}`, { call, code });
    },
    findings: () =>
      [...seen.values()].map(({ call, code }) => ({
        check: "teams_refusals",
        ok: false,
        says: explain(call, code),
        fix: ADVICE[code]?.fix ?? "Look up the word in the Bot Connector's list of errors.",
      })),
  };
}

/** What the outbox does next about a call that failed. `repeatable`: doing it twice harms nobody. */
export function toSent(call: string, trouble: Trouble, repeatable: boolean): Sent {
  switch (trouble.kind) {
    case "rate_limited":
      return {
        outcome: "retry",
        why: `${call}: rate limited`,
        afterSeconds: trouble.afterSeconds,
        limits: "target",
        isPassing: true,
      };
    case "unreachable":
      return { outcome: "retry", why: `${call}: Teams cannot be reached`, isPassing: true };
    case "unknown":
      return { outcome: repeatable ? "retry" : "uncertain", why: `${call}: ${trouble.why}` };
    case "refused":
      return { outcome: "failed", why: explain(call, trouble.code) };
  }
}
