/** Events: the home tab was opened, and files were dropped where Cleargate is. Everything else passes by unread. */
import type { Reply } from "../../../app/ports.ts";
import { Unavailable } from "../../../domain/fault.ts";
import { toUpload } from "../files.ts";
import { type Audience, tell } from "./answer.ts";
import { toMessage } from "./command.ts";
import { type Asker, ask, type Desk } from "./desk.ts";
import { FilesDropped, HomeOpened } from "./payloads.ts";
import { ATTACH, askAboutFiles } from "./sentences.ts";
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
 * Files in a channel or thread are offered as evidence. Only where there is a migration: in any other channel
 * people share files among themselves, and Cleargate keeps still.
 */
export async function onMessage(desk: Desk, body: unknown): Promise<void> {
  const parsed = FilesDropped.safeParse(body);
  if (!parsed.success || !isFromPerson(parsed.data.event)) return;
  const { event_id: eventId, event } = parsed.data;
  const files = event.files ?? [];
  const userId = event.user ?? null;
  if (files.length === 0 || userId === null) return;
  if (userId === (await desk.workplace.installation()).botUserId) return;
  const asker: Asker = {
    ...originOf(parsed.data),
    userId,
    userTeamId: event.user_team ?? null,
    channelId: event.channel,
  };
  const reply = await askEvent(desk, asker, {
    command: { type: "AttachFiles" },
    values: { files: files.map((file) => toUpload(desk, file)) },
    eventKey: `slack:event:${eventId}`,
  });
  await offer(desk, { userId, event, reply });
}

async function offer(
  desk: Desk,
  given: { userId: string; event: FilesDropped["event"]; reply: Reply },
): Promise<void> {
  const { userId, event, reply } = given;
  const files = (event.files ?? []).map(({ id }) => id);
  const audience: Audience = {
    userId,
    channelId: event.channel,
    threadTs: event.thread_ts ?? null,
    responseUrl: null,
  };
  if (reply.kind === "form") {
    const question = askAboutFiles((event.files ?? []).map(({ name, id }) => name || id));
    const message = {
      ...question,
      sections: [...(question.sections ?? []), { actions: [ATTACH] }],
    };
    return tell(desk, audience, { message, files });
  }
  if (event.channel.startsWith("D"))
    await tell(desk, audience, { message: toMessage(reply), files });
}

/** Bots, apps and workflows never act; edits, joins and the like are no files. */
function isFromPerson({ subtype, bot_id, app_id }: FilesDropped["event"]): boolean {
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
