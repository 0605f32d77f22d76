/** Words of a person in a channel or thread, as Slack tells an app of them. */
import type { Json } from "../checks/parts.ts";
import type { SlackStandIn } from "../stand-in.ts";

export interface SayOptions {
  readonly channel?: string;
  readonly threadTs?: string;
}

/** Slack escapes three characters and puts addresses in angle brackets, over which a person may write a label. */
export function asSlackWrites(typed: string): string {
  return (
    typed
      .replace(/&/g, "&amp;")
      .replace(/</g, "&lt;")
      .replace(/>/g, "&gt;")
      // A point, a comma or a closing bracket behind an address belongs to the sentence.
      .replace(/https?:\/\/\S*[^\s.,;:!?)\]]/g, (link) => `<${link}>`)
      .replace(/@(U[A-Z0-9]+)/g, "<@$1>")
  );
}

/** The message stands in the channel, and this is its event. */
export function sayWords(
  { world }: SlackStandIn,
  said: { user: string; text: string; channel: string; threadTs: string | null },
): Json {
  const { user, text, channel, threadTs } = said;
  const ts = world.nextTs();
  const message = { channel, ts, user, text, blocks: [], threadTs, metadata: null, edits: 0 };
  world.messages.push({ ...message, files: [] });
  const root = world.messages.find((one) => one.channel === channel && one.ts === threadTs);
  return {
    type: "message",
    channel,
    channel_type: world.channels.get(channel)?.kind === "im" ? "im" : "channel",
    user,
    text,
    ts,
    event_ts: ts,
    ...(threadTs ? { thread_ts: threadTs } : {}),
    ...(root ? { parent_user_id: root.user } : {}),
  };
}
