/** Rows of the web chat's tables, and what its notifications say. */
import { z } from "zod";
import type { WebChannel, WebContent, WebMessage } from "../../chat/web/ports.ts";

export const ChannelRow = z
  .object({
    channel_id: z.string(),
    name: z.string(),
    kind: z.enum(["channel", "direct", "home"]),
    owner_id: z.string().nullable(),
  })
  .transform(
    (row): WebChannel => ({
      channelId: row.channel_id,
      name: row.name,
      kind: row.kind,
      ownerId: row.owner_id,
    }),
  );

export const ReadingRow = z
  .object({ unread: z.coerce.number(), read_up_to: z.coerce.number() })
  .transform((row) => ({ unread: row.unread, readUpTo: row.read_up_to }));

export const MessageRow = z
  .object({
    position: z.coerce.number(),
    ref: z.string(),
    channel_id: z.string(),
    thread_ref: z.string().nullable(),
    author_id: z.string().nullable(),
    only_for: z.string().nullable(),
    // Written by `encode` alone.
    content: z.string().transform((text): WebContent => JSON.parse(text)),
    sent_at: z.date(),
    edited_at: z.date().nullable(),
    replies: z.coerce.number(),
  })
  .transform(
    (row): WebMessage => ({
      order: row.position,
      ref: row.ref,
      channelId: row.channel_id,
      threadRef: row.thread_ref,
      authorId: row.author_id,
      onlyFor: row.only_for,
      content: row.content,
      sentAt: row.sent_at,
      editedAt: row.edited_at,
      replies: row.replies,
    }),
  );

const Notice = z.object({
  organisation: z.string(),
  change: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("message"), channelId: z.string(), ref: z.string() }),
    z.object({ kind: z.literal("channel"), channelId: z.string() }),
  ]),
});
type Notice = z.infer<typeof Notice>;

/** What a notification says; null when it is not one of ours. */
export function readNotice(payload: string): Notice | null {
  try {
    return Notice.parse(JSON.parse(payload));
  } catch {
    return null;
  }
}
