/** The web chat's channels and messages on Postgres; every process hears of every change. */
import type pg from "pg";
import { z } from "zod";
import type {
  ListedChannel,
  NewWebMessage,
  Posted,
  WebChange,
  WebChannel,
  WebChatStore,
  WebMessage,
} from "../chat/web/ports.ts";
import type { OrganisationId } from "../domain/ids.ts";
import { toFault } from "./faults.ts";
import { openPool, openSession, type PoolOptions } from "./pool.ts";
import { ChannelRow, MessageRow, ReadingRow, readNotice } from "./web-chat/rows.ts";

export interface WebChatStoreOptions {
  /** The app's login; the schema is there already. */
  readonly appUrl: string;
  readonly organisationId: OrganisationId;
  readonly deadlineMs?: number;
}

export interface OpenedWebChatStore extends WebChatStore {
  close(): Promise<void>;
}

const DEADLINE_MS = 2300;
const CONNECTIONS = 4;
const NOTICES = "cleargate_web_chat";
const Uuid = z.uuid();

const MESSAGE = `
  select position, ref, channel_id, thread_ref, author_id, only_for, content, sent_at, edited_at,
    (select count(*) from web_messages reply
      where reply.organisation_id = message.organisation_id
        and reply.thread_ref = message.ref and reply.only_for is null) as replies
  from web_messages message`;

type Ask = (text: string, ...values: readonly unknown[]) => Promise<readonly unknown[]>;

export function openWebChatStore(options: WebChatStoreOptions): OpenedWebChatStore {
  const settings: PoolOptions = {
    url: options.appUrl,
    name: "cleargate-web-chat",
    max: CONNECTIONS,
    organisation: options.organisationId,
    deadlineMs: options.deadlineMs ?? DEADLINE_MS,
  };
  const pool = openPool(settings);
  const ask = askWithin(pool, options.organisationId);
  const tell = (change: WebChange) => {
    const notice = JSON.stringify({ organisation: options.organisationId, change });
    return ask("select pg_notify($2, $3) where $1::uuid is not null", NOTICES, notice);
  };
  const oneMessage = async (where: string, value: string): Promise<WebMessage | null> => {
    const rows = await ask(`${MESSAGE} where organisation_id = $1 and ${where} = $2`, value);
    return rows.length === 0 ? null : MessageRow.parse(rows[0]);
  };
  /** False when there is no such message. */
  const change = async (ref: string, text: string, ...values: readonly unknown[]) => {
    if (!isUuid(ref)) return false;
    const rows = await ask(`${text} returning channel_id`, ref, ...values);
    for (const row of rows) {
      const { channel_id: channelId } = z.object({ channel_id: z.string() }).parse(row);
      await tell({ kind: "message", channelId, ref });
    }
    return rows.length > 0;
  };
  return {
    addChannels: (channels, at) => addChannels(ask, tell, { channels, at }),
    channel: async (channelId) => {
      const rows = await ask(
        `select channel_id, name, kind, owner_id from web_channels
         where organisation_id = $1 and channel_id = $2`,
        channelId,
      );
      return rows.length === 0 ? null : ChannelRow.parse(rows[0]);
    },
    channelsOf: (userId) => listChannels(ask, userId),
    messages: (page) => readPage(ask, page),
    message: async (ref) => (isUuid(ref) ? oneMessage("ref", ref) : null),
    messageOfAttempt: (attempt) => oneMessage("attempt", attempt),
    post: (message) => post(ask, tell, message),
    edit: (ref, content, at) => {
      const set = "update web_messages set content = $3, edited_at = $4";
      return change(
        ref,
        `${set} where organisation_id = $1 and ref = $2`,
        JSON.stringify(content),
        at,
      );
    },
    dismiss: (ref, userId) =>
      change(
        ref,
        "delete from web_messages where organisation_id = $1 and ref = $2 and only_for = $3",
        userId,
      ),
    markRead: async (userId, channelId, upTo) => {
      await ask(
        `insert into web_read_marks (organisation_id, channel_id, user_id, read_up_to)
         values ($1, $2, $3, $4)
         on conflict (organisation_id, channel_id, user_id) do update
           set read_up_to = greatest(web_read_marks.read_up_to, excluded.read_up_to)`,
        channelId,
        userId,
        upTo,
      );
    },
    listen: (listener) => listen(settings, options.organisationId, listener),
    close: () => pool.end(),
  };
}

/** Asks with the organisation as `$1`. */
function askWithin(pool: pg.Pool, organisationId: OrganisationId): Ask {
  return async (text, ...values) => {
    try {
      return (await pool.query(text, [organisationId, ...values])).rows;
    } catch (error) {
      throw toFault(error);
    }
  };
}

function isUuid(ref: string): boolean {
  return Uuid.safeParse(ref).success;
}

type Tell = (change: WebChange) => Promise<unknown>;

async function addChannels(
  ask: Ask,
  tell: Tell,
  added: { readonly channels: readonly WebChannel[]; readonly at: Date },
): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const channel of added.channels) {
    const rows = await ask(
      `insert into web_channels (organisation_id, channel_id, name, kind, owner_id, created_at)
       values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning channel_id`,
      channel.channelId,
      channel.name,
      channel.kind,
      channel.ownerId,
      added.at,
    );
    if (rows.length === 0) continue;
    ids.push(channel.channelId);
    await tell({ kind: "channel", channelId: channel.channelId });
  }
  return ids;
}

async function listChannels(ask: Ask, userId: string): Promise<readonly ListedChannel[]> {
  const rows = await ask(
    `select channel_id, name, kind, owner_id, coalesce(read_up_to, 0) as read_up_to,
       (select count(*) from web_messages message
         where message.organisation_id = $1 and message.channel_id = channel.channel_id
           and thread_ref is null and position > coalesce(read_up_to, 0)
           and (only_for is null or only_for = $2) and author_id is distinct from $2) as unread
     from web_channels channel
     left join (select channel_id, read_up_to from web_read_marks
       where organisation_id = $1 and user_id = $2) mark using (channel_id)
     where organisation_id = $1 and (owner_id is null or owner_id = $2)
     order by kind, name`,
    userId,
  );
  return rows.map((row) => ({ ...ChannelRow.parse(row), ...ReadingRow.parse(row) }));
}

async function readPage(
  ask: Ask,
  page: Parameters<WebChatStore["messages"]>[0],
): Promise<readonly WebMessage[]> {
  if (page.threadRef !== null && !isUuid(page.threadRef)) return [];
  const rows = await ask(
    `${MESSAGE}
     where organisation_id = $1 and channel_id = $2 and (only_for is null or only_for = $3)
       and thread_ref is not distinct from $4::uuid
       and ($5::bigint is null or position < $5)
     order by position desc limit $6`,
    page.channelId,
    page.userId,
    page.threadRef,
    page.before,
    page.limit,
  );
  return rows.map((row) => MessageRow.parse(row)).reverse();
}

/** A reply to a reply joins the thread that the other stands in. */
async function post(ask: Ask, tell: Tell, message: NewWebMessage): Promise<Posted> {
  if (message.threadRef !== null && !isUuid(message.threadRef)) {
    return { outcome: "unknown_thread" };
  }
  const rows = await ask(
    `insert into web_messages
       (organisation_id, ref, channel_id, thread_ref, author_id, only_for, content, sent_at, attempt)
     select $1, $2, channel_id,
       (select coalesce(parent.thread_ref, parent.ref) from web_messages parent
         where parent.organisation_id = $1 and parent.ref = $4 and parent.channel_id = $3),
       $5, $6, $7, $8, $9
     from web_channels
     where organisation_id = $1 and channel_id = $3
       and ($4::uuid is null or exists (select from web_messages parent
         where parent.organisation_id = $1 and parent.ref = $4 and parent.channel_id = $3))
     on conflict (organisation_id, attempt) do nothing
     returning ref, thread_ref`,
    message.ref,
    message.channelId,
    message.threadRef,
    message.authorId,
    message.onlyFor,
    JSON.stringify(message.content),
    message.sentAt,
    message.attempt,
  );
  if (rows.length === 0) return explainUnposted(ask, message);
  const { thread_ref: thread } = z.object({ thread_ref: z.string().nullable() }).parse(rows[0]);
  const { channelId, ref } = message;
  await tell({ kind: "message", channelId, ref });
  // The message above the thread shows how many replies it has.
  if (thread !== null && message.onlyFor === null) {
    await tell({ kind: "message", channelId, ref: thread });
  }
  return { outcome: "posted", ref };
}

async function explainUnposted(ask: Ask, message: NewWebMessage): Promise<Posted> {
  const before = await ask(
    "select ref from web_messages where organisation_id = $1 and attempt = $2",
    message.attempt,
  );
  if (before.length > 0) {
    return { outcome: "posted_before", ref: z.object({ ref: z.string() }).parse(before[0]).ref };
  }
  const channel = await ask(
    "select 1 from web_channels where organisation_id = $1 and channel_id = $2",
    message.channelId,
  );
  return { outcome: channel.length === 0 ? "unknown_channel" : "unknown_thread" };
}

async function listen(
  settings: PoolOptions,
  organisationId: OrganisationId,
  listener: Parameters<WebChatStore["listen"]>[0],
): Promise<() => Promise<void>> {
  const session = openSession(settings);
  let isOpen = true;
  session.on("end", () => {
    if (isOpen) listener.onLost();
    isOpen = false;
  });
  session.on("notification", ({ payload }) => {
    const notice = readNotice(payload ?? "");
    if (notice?.organisation === organisationId) listener.onChange(notice.change);
  });
  const close = async () => {
    isOpen = false;
    await session.end().catch(() => undefined);
  };
  try {
    await session.connect();
    await session.query(`listen ${NOTICES}`);
  } catch (error) {
    await close();
    throw toFault(error);
  }
  return close;
}
