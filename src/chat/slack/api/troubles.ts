/** What Slack refuses this app, in words with a fix, remembered so that `doctor` can tell it. */
import type { Finding, Log } from "../../../app/ports.ts";

interface Advice {
  readonly says: string;
  readonly fix: string;
}

const REINSTALL = "Compare the app's scopes with manifest.yml, then reinstall it to the workspace.";
const INVITE = "Invite Cleargate into the channel: /invite @Cleargate.";

/** Slack's words for what went wrong, with what a person can do about it. */
const ADVICE: Readonly<Record<string, Advice>> = {
  channel_not_found: { says: "Slack shows Cleargate no such channel", fix: INVITE },
  not_in_channel: { says: "Cleargate is not a member of the channel", fix: INVITE },
  is_archived: { says: "the channel is archived", fix: "Unarchive it, or start in another one." },
  restricted_action: {
    says: "the workspace does not let apps post in this channel",
    fix: "Ask an administrator to allow posting there.",
  },
  user_not_in_channel: {
    says: "the person is not in the channel",
    fix: "Answer by direct message.",
  },
  missing_scope: { says: "the app lacks a scope", fix: REINSTALL },
  unknown_method: { says: "this Slack does not know the method", fix: REINSTALL },
  method_not_supported_for_channel_type: {
    says: "Slack does not allow this in that kind of channel",
    fix: INVITE,
  },
  not_allowed_token_type: {
    says: "the token is of another kind",
    fix: "Use the bot token (xoxb-).",
  },
  invalid_auth: { says: "Slack does not accept the token", fix: "Set SLACK_BOT_TOKEN again." },
  not_authed: { says: "no token reached Slack", fix: "Set SLACK_BOT_TOKEN." },
  token_revoked: { says: "the token was revoked", fix: REINSTALL },
  token_expired: { says: "the token has expired", fix: REINSTALL },
  account_inactive: { says: "the app was removed from the workspace", fix: REINSTALL },
  msg_too_long: {
    says: "the message is too long",
    fix: "Report it: Cleargate should have cut it.",
  },
  not_enabled: { says: "the App Home is switched off", fix: "Turn on the Home tab in the app." },
  user_disabled: { says: "the person's account is deactivated", fix: "Nothing to do." },
  cannot_dm_bot: { says: "a bot takes no direct messages", fix: "Nothing to do." },
  user_not_found: { says: "Slack knows no such person", fix: "Nothing to do." },
};

/** One sentence about a refusal of Slack's. */
export function explain(method: string, code: string): string {
  return `${method}: ${ADVICE[code]?.says ?? code}.`;
}

export interface Troubles {
  /** Remembers and logs what Slack refused. */
  note(method: string, code: string): void;
  findings(): readonly Finding[];
}

/** Everyday answers, such as a person who left or a moment without Slack; they say nothing about the set-up. */
const EVERYDAY = new Set([
  "rate_limited",
  "unreachable",
  "unknown",
  "user_disabled",
  "cannot_dm_bot",
  "user_not_found",
  "user_not_in_channel",
  "expired_trigger_id",
  "exchanged_trigger_id",
  "message_not_found",
  "hash_conflict",
  "not_found",
]);
const MAX_KEPT = 50;

export function createTroubles(log: Log): Troubles {
  const seen = new Map<string, { readonly method: string; readonly code: string }>();
  return {
    note(method, code) {
      log.warn("slack_refused", { provider: "slack", method, code });
      if (EVERYDAY.has(code) || seen.size >= MAX_KEPT) return;
      seen.set(`${method} ${code}`, { method, code });
    },
    findings: () =>
      [...seen.values()].map(({ method, code }) => ({
        check: "slack_refusals",
        ok: false,
        says: explain(method, code),
        fix: ADVICE[code]?.fix ?? "Look up the word on the method's page at docs.slack.dev.",
      })),
  };
}
