/** What a person typed to Cleargate: a command, files, or a link that may be evidence. */
import { parseText } from "../../../app/conversation/parse-text.ts";
import type { Reply } from "../../../app/ports.ts";
import { linksIn, sortLinks } from "../../../domain/evidence/links.ts";
import { isRefusal } from "../../../domain/refusal.ts";
import { linksOffer } from "../../../messages/evidence/offer-links.ts";
import { findPlace } from "../conversations/place.ts";
import { filesIn, toUpload } from "../files.ts";
import type { Deed, FileRef } from "../render/wire.ts";
import { answer, bringFiles } from "./answer.ts";
import { type Asker, ask, type Desk, toEventKey } from "./desk.ts";
import type { Activity } from "./payloads.ts";

/** As much as a button may keep, to ask again. */
const AGAIN_MAX = 1_000;

/** What is left to do once the application has decided: to say it. */
export type Follow = () => Promise<unknown>;

/** Answers when the application has: only then is the request acknowledged. */
export async function onMessage(desk: Desk, activity: Activity, asker: Asker): Promise<Follow> {
  const files = filesIn(activity);
  const text = wordsOf(activity);
  if (files.length > 0) return onFiles(desk, activity, { asker, files });
  const links = sortLinks(linksIn(text));
  const isTalk = linksIn(text).length > 0 && isRefusal(parseText(text));
  if (!isTalk) return onText(desk, activity, { asker, text });
  const { reply } = await ask(desk, asker, {
    command: { type: "OfferLinks" },
    values: { links: links.offered },
    eventKey: toEventKey(asker.origin, activity.id, text),
  });
  const offer = offerIn(reply, links);
  if (offer) return () => answer(desk, sceneOf(asker, { type: "OpenHome" }), offer);
  return asker.origin.kind === "personal" ? onText(desk, activity, { asker, text }) : NOTHING;
}

const NOTHING: Follow = async () => undefined;

function offerIn(reply: Reply, links: ReturnType<typeof sortLinks>): Reply | null {
  if (reply.kind !== "form" || reply.form.command.type !== "AttachLinks") return null;
  const message = linksOffer(links, reply.form.command.migration);
  return message && { kind: "show", message };
}

async function onText(
  desk: Desk,
  activity: Activity,
  { asker, text }: { readonly asker: Asker; readonly text: string },
): Promise<Follow> {
  const command = { type: "Text", text } as const;
  const eventKey = toEventKey(asker.origin, activity.id, text);
  const { reply } = await ask(desk, asker, { command, values: {}, eventKey });
  const deed: Deed = text.length <= AGAIN_MAX ? command : { type: "OpenHome" };
  return () => answer(desk, sceneOf(asker, deed), reply);
}

async function onFiles(
  desk: Desk,
  activity: Activity,
  { asker, files }: { readonly asker: Asker; readonly files: readonly FileRef[] },
): Promise<Follow> {
  if (await bringFiles(desk, asker, files)) return NOTHING;
  const command = { type: "AttachFiles" } as const;
  // Files come in a person's own chat: they are for what the person last worked on with others.
  const last = await desk.memory.account(asker.workspaceId, asker.origin.userId);
  const about = await findPlace(desk, asker, last?.conversationId ?? null);
  const { reply } = await ask(
    desk,
    { ...asker, about },
    {
      command,
      values: { files: files.map((file) => toUpload(file, desk.isFileAddress)) },
      eventKey: toEventKey(asker.origin, activity.id, files),
    },
  );
  return () => answer(desk, { ...sceneOf({ ...asker, about }, command), files }, reply);
}

function sceneOf(asker: Asker, deed: Deed) {
  return { asker, deed, form: null, files: [] };
}

/** Without the mention of the bot, and without the marks that Teams puts around words. */
function wordsOf({ text, entities, recipient }: Activity): string {
  const mentions = (entities ?? []).filter(
    (entity) => entity?.type === "mention" && entity.mentioned?.id === recipient.id,
  );
  const words = mentions.reduce(
    (rest, mention) => (mention?.text ? rest.replaceAll(mention.text, " ") : rest),
    text ?? "",
  );
  return words.replace(/&nbsp;|\u00a0/g, " ").trim();
}
