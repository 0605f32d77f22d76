/** Files of people as Teams keeps them: read by anybody who has the address, and never with the app's token. */
import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { Json } from "../slack/checks/parts.ts";
import { Refused } from "./refusal.ts";
import type { TeamsFile, Upload, World } from "./world.ts";

export interface FileGiven {
  readonly name: string;
  readonly content: string | Uint8Array;
  readonly owner: string;
}

export function addFile(world: World, { name, content, owner }: FileGiven): TeamsFile {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const file: TeamsFile = { id: randomUUID(), name, content: bytes, owner };
  world.files.set(file.id, file);
  return file;
}

/** A place for a file of the app's, which the person has agreed to. */
export function offerUpload(world: World, given: Omit<Upload, "id" | "content">): Upload {
  const upload: Upload = { ...given, id: randomUUID(), content: null };
  world.uploads.set(upload.id, upload);
  return upload;
}

/** The attachment with which a person sends a file to the app. */
export function attachFile(origin: string, { id, name }: TeamsFile): Json {
  const [, fileType = ""] = /\.([^.]+)$/.exec(name) ?? [];
  return {
    contentType: "application/vnd.microsoft.teams.file.download.info",
    contentUrl: `https://cleargate.sharepoint.example/personal/Documents/${encodeURIComponent(name)}`,
    name,
    content: { downloadUrl: `${origin}/files/${id}?tempauth=standin`, uniqueId: id, fileType },
  };
}

export interface FileRequest {
  readonly world: World;
  readonly id: string;
  readonly body: Buffer;
  readonly headers: IncomingHttpHeaders;
  readonly fault: (says: string) => void;
}

export function serveFile({ world, id, headers, fault }: FileRequest): Uint8Array {
  refuseToken(headers, fault);
  const file = world.files.get(id);
  if (!file) throw new Refused(404, "itemNotFound", "The resource could not be found.");
  return file.content;
}

/** One piece, as small files are uploaded. */
export function takeUpload({ world, id, body, headers, fault }: FileRequest): Json {
  refuseToken(headers, fault);
  const upload = world.uploads.get(id);
  if (!upload) throw new Refused(404, "itemNotFound", "The upload session was not found.");
  const range = `bytes 0-${body.byteLength - 1}/${body.byteLength}`;
  if (body.byteLength > 0 && headers["content-range"] !== range)
    throw new Refused(400, "invalidRange", `The content range should be ${range}.`);
  upload.content = body;
  return { id, name: upload.name, size: body.byteLength };
}

function refuseToken({ authorization }: IncomingHttpHeaders, fault: FileRequest["fault"]): void {
  if (authorization === undefined) return;
  fault("the app's token was sent along to where files are");
  throw new Refused(401, "unauthenticated", "The request carries a token of another service.");
}
