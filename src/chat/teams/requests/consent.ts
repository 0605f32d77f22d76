/** A file for somebody: Teams asks the person, then takes the bytes into their own storage. */
import type { Message } from "../../../messages/message.ts";
import type { Where } from "../api/bot.ts";
import { post } from "../api/speech.ts";
import { toTrouble } from "../api/trouble.ts";
import { type Deed, decodePressed, encodePressed, type Pressed } from "../render/wire.ts";
import { renderMessage } from "../render-message.ts";
import { type Asker, ask, type Desk, ownerOf, toEventKey } from "./desk.ts";
import type { Attachment } from "./offered-files.ts";
import { type Activity, FileConsent } from "./payloads.ts";
import { FILE_DECLINED, FILE_LOST } from "./sentences.ts";

const CONSENT = "application/vnd.microsoft.teams.card.file.consent";
const INFO = "application/vnd.microsoft.teams.card.file.info";
const UPLOAD_TIMEOUT_MS = 10_000;

/** The offer carries its number and how to make the file again, not what is in it. */
export async function offerFile(
  desk: Desk,
  where: Where,
  offered: { readonly attachment: Attachment; readonly deed: Deed; readonly asker: Asker },
): Promise<void> {
  const { attachment, deed, asker } = offered;
  const form = desk.offered.keep(ownerOf(asker), attachment);
  const context = encodePressed(deed, { place: asker.about.conversationId, form });
  const content = {
    description: attachment.name,
    sizeInBytes: Buffer.byteLength(attachment.content),
    acceptContext: context,
    declineContext: context,
  };
  try {
    await desk.bot.post(where, {
      type: "message",
      summary: attachment.name,
      attachments: [{ contentType: CONSENT, name: attachment.name, content }],
    });
  } catch (error) {
    desk.troubles.note("offer", toTrouble(error));
  }
}

/** The person said yes or no. */
export async function onConsent(desk: Desk, activity: Activity, asker: Asker): Promise<void> {
  const consent = FileConsent.safeParse(activity.value);
  const pressed = consent.success ? decodePressed(consent.data.context) : null;
  if (!consent.success || pressed === null)
    return desk.log.warn("teams_payload_refused", { provider: "teams", what: "consent" });
  if (consent.data.action === "decline") return say(desk, asker, FILE_DECLINED);
  const { uploadInfo } = consent.data;
  const attachment =
    desk.offered.find(pressed.form, ownerOf(asker)) ??
    (await makeAgain(desk, { activity, asker, pressed }));
  const isThere =
    attachment && uploadInfo && (await upload(desk, uploadInfo.uploadUrl, attachment));
  if (!isThere) return say(desk, asker, FILE_LOST);
  const { contentUrl, name, uniqueId, fileType } = uploadInfo;
  await desk.bot
    .post(whereOf(asker), {
      type: "message",
      summary: name,
      attachments: [{ contentType: INFO, contentUrl, name, content: { uniqueId, fileType } }],
    })
    .catch((error: unknown) => desk.troubles.note("file", toTrouble(error)));
}

async function makeAgain(
  desk: Desk,
  taken: { readonly activity: Activity; readonly asker: Asker; readonly pressed: Pressed },
): Promise<Attachment | undefined> {
  const { activity, asker, pressed } = taken;
  const conversationId = pressed.place ?? asker.about.conversationId;
  const { reply } = await ask(
    desk,
    { ...asker, about: { kind: asker.about.kind, conversationId } },
    {
      command: pressed.deed,
      values: {},
      eventKey: toEventKey(asker.origin, activity.id, activity.value),
    },
  );
  return reply.kind === "show" ? reply.message.attachment : undefined;
}

/** Only to Microsoft's storage: the address comes with the click. */
async function upload(
  desk: Desk,
  url: string,
  { content, mimeType }: Attachment,
): Promise<boolean> {
  if (!desk.isFileAddress(url)) return false;
  const bytes = Buffer.from(content, "utf8");
  const response = await fetch(url, {
    method: "PUT",
    headers: {
      "content-type": mimeType,
      "content-range": `bytes 0-${bytes.byteLength - 1}/${bytes.byteLength}`,
    },
    body: bytes,
    redirect: "error",
    signal: AbortSignal.timeout(UPLOAD_TIMEOUT_MS),
  }).catch(() => null);
  return response?.ok ?? false;
}

async function say(desk: Desk, asker: Asker, message: Message): Promise<void> {
  await post(desk, whereOf(asker), renderMessage(message));
}

function whereOf({ origin }: Asker): Where {
  const { serviceUrl, threadId: conversationId, tenantId } = origin;
  return { serviceUrl, conversationId, tenantId };
}
