/** Files that people send to Cleargate in their own chat, as uploads: streamed from Microsoft's storage, at most 25 MB. */
import { Unavailable } from "../../domain/fault.ts";
import type { Upload } from "../../messages/form.ts";
import type { FileRef } from "./render/wire.ts";
import { type Activity, FILE_DOWNLOAD, FileDownload } from "./requests/payloads.ts";

const MAX_BYTES = 25 * 1024 * 1024;
const READ_TIMEOUT_MS = 60_000;

/** Where Microsoft keeps the files of its customers. */
const STORAGE =
  /(^|\.)(sharepoint\.com|sharepoint\.us|sharepoint-mil\.us|onedrive\.com|1drv\.com)$/;

export function isMicrosoftStorage(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, username, port } = new URL(url);
  return protocol === "https:" && STORAGE.test(hostname) && username === "" && port === "";
}

/** What was sent, with where each file can be fetched for some minutes. */
export function filesIn({ attachments }: Pick<Activity, "attachments">): readonly FileRef[] {
  return (attachments ?? []).flatMap((attachment) => {
    if (attachment?.contentType !== FILE_DOWNLOAD) return [];
    const content = FileDownload.safeParse(attachment.content);
    if (!content.success) return [];
    const { downloadUrl: url, uniqueId, fileType } = content.data;
    const name = attachment.name || uniqueId || "file";
    const link = attachment.contentUrl ?? undefined;
    const isLink = link !== undefined && URL.canParse(link) && /^https?:/.test(link);
    return [{ id: uniqueId ?? name, name, url, type: fileType ?? "", ...(isLink ? { link } : {}) }];
  });
}

export function toUpload(file: FileRef, isFileAddress: (url: string) => boolean): Upload {
  return {
    name: file.name,
    mimeType: TYPES[file.type.toLowerCase()] ?? "application/octet-stream",
    bytes: null,
    link: file.link ?? null,
    read: () => readFile(file, isFileAddress),
  };
}

/** Teams tells the ending of the name, not the media type. */
const TYPES: Readonly<Record<string, string>> = {
  pdf: "application/pdf",
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  txt: "text/plain",
  csv: "text/csv",
  json: "application/json",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
};

async function* readFile(
  { url }: FileRef,
  isFileAddress: (url: string) => boolean,
): AsyncIterable<Uint8Array> {
  if (!isFileAddress(url)) throw new Unavailable("Teams does not offer the file");
  const response = await fetch(url, {
    redirect: "error",
    signal: AbortSignal.timeout(READ_TIMEOUT_MS),
  }).catch((cause: unknown) => {
    throw new Unavailable("Teams did not hand over the file", { cause });
  });
  if (response.status !== 200 || response.body === null)
    throw new Unavailable(`Teams answered ${response.status} for the file`);
  let total = 0;
  // The reader sees that there is too much; then the stream ends with an error, never as if it were whole.
  for await (const part of response.body) {
    total += part.byteLength;
    yield part;
    if (total > MAX_BYTES) throw new Unavailable("the file is larger than 25 MB");
  }
}
