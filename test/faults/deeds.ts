/** What people do in the web chat, as raw requests whose event id a test chooses. */
import { z } from "zod";
import type { TestStore } from "../support/database.ts";

export interface Deed {
  readonly as: string;
  readonly channel: string;
  readonly command: object;
  readonly values?: Readonly<Record<string, string>>;
  readonly eventId: string;
}

const Answered = z.looseObject({
  kind: z.string(),
  form: z.looseObject({ command: z.looseObject({}) }).optional(),
  message: z
    .looseObject({
      content: z.looseObject({ message: z.looseObject({ headline: z.string() }) }),
    })
    .optional(),
});

const WITHIN_MS = 10_000;

/** Sends it once; the headline that the person reads, or the kind of the answer. */
export async function act(origin: string, deed: Deed, withinMs = WITHIN_MS): Promise<string> {
  const { kind, message } = await send(origin, deed, withinMs);
  return message?.content.message.headline ?? kind;
}

/** The command that the form would send which the deed opens. */
export async function formCommand(origin: string, deed: Deed): Promise<object> {
  const { form } = await send(origin, deed);
  if (!form) throw new Error("no form was opened");
  return form.command;
}

async function send(
  origin: string,
  deed: Deed,
  withinMs = WITHIN_MS,
): Promise<z.infer<typeof Answered>> {
  const response = await fetch(`${origin}/chat/api/act`, {
    method: "POST",
    headers: { origin, "x-cleargate-chat": "1", "content-type": "application/json" },
    body: JSON.stringify(deed),
    signal: AbortSignal.timeout(withinMs),
  });
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  return Answered.parse(await response.json());
}

type Database = Pick<TestStore, "asOwner">;

/** The migration of a channel. */
export async function migrationOf({ asOwner }: Database, channel: string): Promise<string> {
  const [row] = await asOwner(
    `select migration_id as id from migration_channels where channel_id = $1`,
    [channel],
  );
  return String(row?.id);
}

/** What waits for a signature of that requirement now. */
export async function askedHash(
  { asOwner }: Database,
  migration: string,
  requirement: string,
): Promise<string> {
  const [row] = await asOwner(
    `select content_hash as hash from sign_off_requests
     where migration_id = $1 and requirement = $2 and ended is null`,
    [migration, requirement],
  );
  return String(row?.hash);
}

/** Resolves when every message has left. */
export async function untilDelivered({ asOwner }: Database, withinMs = 25_000): Promise<void> {
  const until = Date.now() + withinMs;
  for (;;) {
    const [row] = await asOwner("select count(*)::int as n from outbox where state = 'waiting'");
    if (row?.n === 0) return;
    if (Date.now() > until) throw new Error(`${row?.n} messages still wait`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The signatures of a requirement that count. */
export async function signaturesOf(
  { asOwner }: Database,
  migration: string,
): Promise<readonly string[]> {
  const rows = await asOwner(
    `select requirement || ' by ' || by_email as who from sign_offs
     where migration_id = $1 and revoked is null order by signed_at`,
    [migration],
  );
  return rows.map(({ who }) => String(who));
}

/** Every message of a person's direct messages and of a channel that holds the words. */
export async function postedWith(
  { asOwner }: Database,
  channel: string,
  words: string,
): Promise<number> {
  const [row] = await asOwner(
    "select count(*)::int as n from web_messages where channel_id = $1 and content like $2",
    [channel, `%${words}%`],
  );
  return Number(row?.n);
}
