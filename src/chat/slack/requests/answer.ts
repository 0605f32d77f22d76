/** Private answers: to one person, beside what was pressed when Slack allows it, else by another way. */
import type { Message } from "../../../messages/message.ts";
import { attachFile, isSlackAddress } from "../api/attach.ts";
import { type Trouble, toTrouble } from "../api/clients.ts";
import { postMessage } from "../api/post.ts";
import type { Deed } from "../render/wire.ts";
import { type RenderedMessage, renderMessage } from "../render-message.ts";
import type { Desk } from "./desk.ts";

/** One person, with every way that leads to them. */
export interface Audience {
  readonly userId: string;
  readonly channelId: string | null;
  readonly threadTs: string | null;
  /** Works without membership, five times within half an hour. */
  readonly responseUrl: string | null;
}

export interface Telling {
  readonly message: Message;
  readonly files?: readonly string[];
  readonly again?: { readonly label: string; readonly deed: Deed } | undefined;
}

/** Tells one person something: ephemeral, through the response address, or by direct message. Never throws. */
export async function tell(desk: Desk, audience: Audience, telling: Telling): Promise<void> {
  const { files = [], again } = telling;
  const rendered = renderMessage(telling.message, { files, again });
  const told =
    (await tellBeside(desk, audience, rendered)) ||
    (await tellByAddress(desk, audience.responseUrl, rendered)) ||
    (await tellDirectly(desk, audience.userId, telling.message));
  if (!told) desk.log.error("slack_answer_lost", { provider: "slack" });
  if (told && telling.message.attachment) await handOver(desk, audience.userId, telling.message);
}

async function tellBeside(
  desk: Desk,
  { channelId, userId, threadTs }: Audience,
  { text, blocks }: RenderedMessage,
): Promise<boolean> {
  if (channelId === null) return false;
  const thread = threadTs === null ? {} : { thread_ts: threadTs };
  const base = { channel: channelId, user: userId, text, ...thread };
  try {
    await desk.clients.answers.chat.postEphemeral({ ...base, blocks });
    return true;
  } catch (error) {
    const trouble = noteTrouble(desk, "chat.postEphemeral", error);
    if (trouble.kind !== "refused" || !/blocks/.test(trouble.code)) return false;
  }
  try {
    await desk.clients.answers.chat.postEphemeral(base);
    return true;
  } catch (error) {
    noteTrouble(desk, "chat.postEphemeral", error);
    return false;
  }
}

const RESPONSE_HOST = "hooks.slack.com";
const RESPONSE_TIMEOUT_MS = 2_000;

/** A response address is used only when it is Slack's; a forged one would carry our words elsewhere. */
export async function tellByAddress(
  desk: Pick<Desk, "apiUrl" | "log">,
  address: string | null,
  { text, blocks }: RenderedMessage,
): Promise<boolean> {
  if (address === null || !isResponseAddress(address, desk.apiUrl)) return false;
  try {
    const response = await fetch(address, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ response_type: "ephemeral", replace_original: false, text, blocks }),
      redirect: "error",
      signal: AbortSignal.timeout(RESPONSE_TIMEOUT_MS),
    });
    return response.ok;
  } catch (error) {
    desk.log.warn("slack_response_address_failed", { provider: "slack", error });
    return false;
  }
}

function isResponseAddress(address: string, apiUrl: string): boolean {
  if (isSlackAddress(address, apiUrl)) return true;
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, username, port } = new URL(address);
  return protocol === "https:" && hostname === RESPONSE_HOST && username === "" && port === "";
}

async function tellDirectly(desk: Desk, userId: string, message: Message): Promise<boolean> {
  const channel = await openDirect(desk, userId);
  if (channel === null) return false;
  const options = { client: desk.clients.answers, troubles: desk.troubles };
  const { attachment: _later, ...bare } = message;
  const posted = await postMessage(options, { channel, threadTs: null }, answerOf(bare));
  return !("trouble" in posted);
}

function answerOf(message: Message) {
  return { message, attempt: "answer" };
}

async function openDirect(desk: Desk, userId: string): Promise<string | null> {
  try {
    const { channel } = await desk.clients.answers.conversations.open({ users: userId });
    return channel?.id ?? null;
  } catch (error) {
    noteTrouble(desk, "conversations.open", error);
    return null;
  }
}

/** Ephemeral messages carry no files: a file goes into the person's direct messages. */
export async function handOver(desk: Desk, userId: string, message: Message): Promise<void> {
  const { attachment } = message;
  const channel = attachment ? await openDirect(desk, userId) : null;
  if (!attachment || channel === null) return;
  const options = { client: desk.clients.answers, troubles: desk.troubles, apiUrl: desk.apiUrl };
  await attachFile(options, { channel, threadTs: null, attachment });
}

/** What became of a call of ours, remembered when Slack refused it. */
export function noteTrouble(desk: Desk, method: string, error: unknown): Trouble {
  const trouble = toTrouble(error);
  desk.troubles.note(method, trouble.kind === "refused" ? trouble.code : trouble.kind);
  return trouble;
}
