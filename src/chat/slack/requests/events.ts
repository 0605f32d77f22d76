/** Events: the home tab was opened; files were dropped or links said where Cleargate is. The rest passes by. */
import type { Reply } from "../../../app/ports.ts";
import { sortLinks } from "../../../domain/evidence/links.ts";
import { Unavailable } from "../../../domain/fault.ts";
import { ATTACH, askAboutFiles } from "../../../messages/edge/sentences.ts";
import { linksOffer } from "../../../messages/evidence/offer-links.ts";
import { toUpload } from "../files.ts";
import { isMentioned, readSlackLinks } from "../links.ts";
import { type Audience, type Telling, tell } from "./answer.ts";
import { toMessage } from "./command.ts";
import { type Asker, ask, type Desk } from "./desk.ts";
import { HomeOpened, MessageSaid } from "./payloads.ts";
import { publishHome } from "./views.ts";

/** Throws when the application failed, so that Slack delivers the event again. */
export async function onHomeOpened(desk: Desk, body: unknown): Promise<void> {
  const parsed = HomeOpened.safeParse(body);
  if (!parsed.success || (parsed.data.event.tab ?? "home") !== "home") return;
  const { event_id: eventId, event } = parsed.data;
  const asker = { ...originOf(parsed.data), userId: event.user, userTeamId: null, channelId: null };
  const reply = await askEvent(desk, asker, {
    command: { type: "OpenHome" },
    values: {},
    eventKey: `slack:event:${eventId}`,
  });
  if (reply.kind === "home") await publishHome(desk, event.user, reply.home);
  if (reply.kind === "show" || reply.kind === "errors") {
    const { headline, sections = [] } = toMessage(reply);
    await publishHome(desk, event.user, { headline, sections });
  }
}

/**
 * Files in a channel or thread are offered as evidence, and links that are said beside a message of ours or to
 * Cleargate. Only where there is a migration: in any other channel people talk among themselves, and Cleargate
 * keeps still.
 */
export async function onMessage(desk: Desk, body: unknown): Promise<void> {
  const parsed = MessageSaid.safeParse(body);
  if (!parsed.success || !isFromPerson(parsed.data.event)) return;
  const { event_id: eventId, event } = parsed.data;
  const userId = event.user ?? null;
  if (userId === null || !isOfInterest(event)) return;
  const { botUserId } = await desk.workplace.installation();
  if (userId === botUserId) return;
  const asker: Asker = {
    ...originOf(parsed.data),
    userId,
    userTeamId: event.user_team ?? null,
    channelId: event.channel,
  };
  const said: Said = { asker, userId, event, eventKey: `slack:event:${eventId}` };
  // Both are asked before either is told: after a failure Slack delivers again, and nothing is offered twice.
  const offers = [await askFiles(desk, said), await askLinks(desk, said, botUserId)];
  for (const telling of offers) if (telling) await tell(desk, audienceOf(said), telling);
}

interface Said {
  readonly asker: Asker;
  readonly userId: string;
  readonly event: MessageSaid["event"];
  readonly eventKey: string;
}

/** Most messages are not: nothing is asked about them. */
function isOfInterest({ files, text }: MessageSaid["event"]): boolean {
  return (files ?? []).length > 0 || readSlackLinks(text ?? "").length > 0;
}

function audienceOf({ userId, event }: Said): Audience {
  return {
    userId,
    channelId: event.channel,
    threadTs: event.thread_ts ?? null,
    responseUrl: null,
  };
}

async function askFiles(desk: Desk, { asker, event, eventKey }: Said): Promise<Telling | null> {
  const dropped = event.files ?? [];
  if (dropped.length === 0) return null;
  const reply = await askEvent(desk, asker, {
    command: { type: "AttachFiles" },
    values: { files: dropped.map((file) => toUpload(desk, file)) },
    eventKey,
  });
  const files = dropped.map(({ id }) => id);
  if (reply.kind === "form") {
    const question = askAboutFiles(dropped.map(({ name, id }) => name || id));
    const sections = [...(question.sections ?? []), { actions: [ATTACH] }];
    return { message: { ...question, sections }, files };
  }
  return isDirect(event) ? { message: toMessage(reply), files } : null;
}

/** Links are common in talk: only those in a thread of ours, or said to Cleargate by name, are asked about. */
async function askLinks(
  desk: Desk,
  { asker, event, eventKey }: Said,
  botUserId: string | null,
): Promise<Telling | null> {
  if (botUserId === null || !isToUs(event, botUserId)) return null;
  const links = sortLinks(readSlackLinks(event.text ?? ""));
  const reply = await askEvent(desk, asker, {
    command: { type: "OfferLinks" },
    values: { links: links.offered },
    eventKey,
  });
  if (reply.kind !== "form" || reply.form.command.type !== "AttachLinks") return null;
  const message = linksOffer(links, reply.form.command.migration);
  return message && { message };
}

function isToUs(event: MessageSaid["event"], botUserId: string): boolean {
  const text = event.text ?? "";
  if (isDirect(event) || readSlackLinks(text).length === 0 || isCommand(text)) return false;
  const parent = event.parent_user_id ?? event.root?.user;
  return (event.thread_ts ? parent === botUserId : false) || isMentioned(text, botUserId);
}

/** A command that was typed as a message, with a space before it. */
function isCommand(text: string): boolean {
  return text.trimStart().startsWith("/");
}

function isDirect({ channel }: MessageSaid["event"]): boolean {
  return channel.startsWith("D");
}

/** Bots, apps and workflows never act; edits, joins and the like are no files. */
function isFromPerson({ subtype, bot_id, app_id }: MessageSaid["event"]): boolean {
  if (bot_id || app_id) return false;
  return !subtype || subtype === "file_share" || subtype === "thread_broadcast";
}

async function askEvent(
  desk: Desk,
  asker: Asker,
  request: Parameters<typeof ask>[2],
): Promise<Reply> {
  const { reply, failed } = await ask(desk, asker, request);
  if (failed) throw new Unavailable("the event could not be handled");
  return reply;
}

interface Envelope {
  readonly team_id?: string | null | undefined;
  readonly enterprise_id?: string | null | undefined;
  readonly authorizations?:
    | readonly {
        readonly team_id?: string | null | undefined;
        readonly enterprise_id?: string | null | undefined;
      }[]
    | null
    | undefined;
}

/** The installation that the event was delivered for; in shared channels the sender's team is another. */
function originOf(body: Envelope): Pick<Asker, "origin"> {
  const [authorization] = body.authorizations ?? [];
  return {
    origin: {
      teamId: authorization?.team_id ?? body.team_id ?? null,
      enterpriseId: authorization?.enterprise_id ?? body.enterprise_id ?? null,
    },
  };
}
