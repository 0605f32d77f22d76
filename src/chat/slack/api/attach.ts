/** Hands over a file, such as the closeout report; when Slack refuses it, its text follows as a message. */
import { z } from "zod";
import type { Message } from "../../../messages/message.ts";
import { toTrouble } from "./clients.ts";
import { type PostOptions, postMessage } from "./post.ts";
import { explain } from "./troubles.ts";

type Attachment = NonNullable<Message["attachment"]>;

export interface Attach {
  readonly channel: string;
  readonly threadTs: string | null;
  readonly attachment: Attachment;
}

export interface AttachOptions extends PostOptions {
  readonly apiUrl: string;
}

const UploadAddress = z.object({ upload_url: z.string(), file_id: z.string() });
const UPLOAD_TIMEOUT_MS = 10_000;

export async function attachFile(options: AttachOptions, file: Attach): Promise<void> {
  try {
    await upload(options, file);
  } catch (error) {
    const trouble = toTrouble(error);
    const code = trouble.kind === "refused" ? trouble.code : "upload_failed";
    options.troubles.note("files.upload", code);
    await postText(options, file, code);
  }
}

async function upload(options: AttachOptions, { channel, threadTs, attachment }: Attach) {
  const bytes = new TextEncoder().encode(attachment.content);
  const filename = attachment.name;
  const { files } = options.client;
  const address = await files.getUploadURLExternal({ filename, length: bytes.byteLength });
  const { upload_url, file_id } = UploadAddress.parse(address);
  if (!isSlackAddress(upload_url, options.apiUrl)) throw new Error("not an address of Slack's");
  const response = await fetch(upload_url, {
    method: "POST",
    body: bytes,
    redirect: "error",
    signal: AbortSignal.timeout(UPLOAD_TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`the upload was answered with ${response.status}`);
  const entry = { id: file_id, title: filename };
  if (threadTs === null)
    await files.completeUploadExternal({ files: [entry], channel_id: channel });
  else
    await files.completeUploadExternal({
      files: [entry],
      channel_id: channel,
      thread_ts: threadTs,
    });
}

async function postText(options: AttachOptions, file: Attach, code: string): Promise<void> {
  const { channel, threadTs, attachment } = file;
  const message: Message = {
    headline: `${attachment.name} could not be attached; its text follows.`,
    sections: [
      { code: attachment.content },
      { lines: [`${explain("Slack", code)} /compliance report shows the whole again.`] },
    ],
  };
  await postMessage(options, { channel, threadTs }, { message, attempt: `text-of-file` });
}

/** True for Slack's own hosts over https, and for the host that the Web API is configured to be at. */
export function isSlackAddress(address: string, apiUrl: string): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  if (url.username !== "" || url.password !== "") return false;
  if (url.origin === new URL(apiUrl).origin) return true;
  return url.protocol === "https:" && ["slack.com", "files.slack.com"].includes(url.hostname);
}
