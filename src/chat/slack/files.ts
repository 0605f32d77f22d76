/** Files that people put into Slack, as uploads: streamed with our token from Slack's hosts, at most 25 MB. */
import { z } from "zod";
import { Unavailable } from "../../domain/fault.ts";
import type { Upload } from "../../messages/form.ts";
import { isSlackAddress } from "./api/attach.ts";
import { noteTrouble } from "./requests/answer.ts";
import type { Desk } from "./requests/desk.ts";
import { SlackFile } from "./requests/payloads.ts";

const MAX_BYTES = 25 * 1024 * 1024;
const READ_TIMEOUT_MS = 60_000;

const FileInfo = z.object({ file: SlackFile });

/** The files behind ids; one that Slack does not show is there all the same and cannot be read. */
export function lookUpFiles(desk: Desk, ids: readonly string[]): Promise<Upload[]> {
  return Promise.all(ids.map(async (id) => toUpload(desk, (await describe(desk, id)) ?? { id })));
}

async function describe(desk: Desk, id: string): Promise<SlackFile | null> {
  try {
    return FileInfo.parse(await desk.clients.answers.files.info({ file: id })).file;
  } catch (error) {
    noteTrouble(desk, "files.info", error);
    return null;
  }
}

export function toUpload(desk: Desk, file: SlackFile): Upload {
  return {
    name: file.name || file.id,
    mimeType: file.mimetype || "application/octet-stream",
    bytes: file.size ?? null,
    link: file.permalink ?? null,
    read: () => readFile(desk, file),
  };
}

async function* readFile(desk: Desk, file: SlackFile): AsyncIterable<Uint8Array> {
  const url = file.url_private ?? (await describe(desk, file.id))?.url_private ?? null;
  if (url === null || !isSlackAddress(url, desk.apiUrl))
    throw new Unavailable("Slack does not offer the file");
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${desk.botToken}` },
    redirect: "manual",
    signal: AbortSignal.timeout(READ_TIMEOUT_MS),
  }).catch((cause: unknown) => {
    throw new Unavailable("Slack did not hand over the file", { cause });
  });
  if (response.status !== 200 || response.body === null || isLoginPage(response, file))
    throw new Unavailable(`Slack answered ${response.status} for the file`);
  yield* readUpTo(response.body, MAX_BYTES);
}

/** Without the scope Slack answers with a page to sign in, not with the file. */
function isLoginPage(response: Response, { mimetype }: SlackFile): boolean {
  const isPage = response.headers.get("content-type")?.startsWith("text/html") ?? false;
  return isPage && !mimetype?.startsWith("text/html");
}

/** The reader sees that there is too much; then the stream ends with an error, never as if it were whole. */
async function* readUpTo(body: AsyncIterable<Uint8Array>, max: number): AsyncIterable<Uint8Array> {
  let total = 0;
  for await (const part of body) {
    total += part.byteLength;
    yield part;
    if (total > max) throw new Unavailable("the file is larger than 25 MB");
  }
}
