/** Looking at files, and the three steps of handing one over. */
import { asList, asObject, type Json } from "./checks/parts.ts";
import { type Method, type MethodCall, Refused, reachChannel } from "./method.ts";
import { BOT_USER, type SlackFile, type SlackMessage, type World } from "./world.ts";

export const fileMethods: Readonly<Record<string, Method>> = {
  "files.info": { scopes: ["files:read"], token: "bot", run: fileInfo },
  "files.getUploadURLExternal": { scopes: ["files:write"], token: "bot", run: beginUpload },
  "files.completeUploadExternal": { scopes: ["files:write"], token: "bot", run: completeUpload },
};

/** A file as Slack describes it in events, in modals and in `files.info`. */
export function describeFile(file: SlackFile): Json {
  return {
    id: file.id,
    name: file.name,
    title: file.name,
    mimetype: file.mimeType,
    size: file.content.byteLength,
    user: file.user,
    url_private: file.url,
    url_private_download: `${file.url}?download=1`,
    permalink: `https://cleargate-test.slack.com/files/${file.user}/${file.id}`,
  };
}

/** Puts a file into the workspace; it is served at its private address to the bot's token only. */
export function addFile(
  world: World,
  file: { name: string; mimeType: string; content: Uint8Array; user: string; origin: string },
): SlackFile {
  const id = world.nextId("F");
  const { name, mimeType, content, user } = file;
  const url = `${file.origin}/files-pri/${id}/${encodeURIComponent(name)}`;
  const kept: SlackFile = { id, name, mimeType, content, user, url, sharedIn: [] };
  world.files.set(id, kept);
  return kept;
}

function fileInfo({ world, args }: MethodCall): Json {
  const file = world.files.get(String(args.file ?? ""));
  if (!file) throw new Refused("file_not_found");
  return { file: describeFile(file) };
}

function beginUpload({ world, args, apiUrl }: MethodCall): Json {
  const length = Number(args.length);
  if (typeof args.filename !== "string" || !(length > 0)) throw new Refused("invalid_arguments");
  const id = world.nextId("F");
  world.uploads.set(id, { name: args.filename, content: null });
  return { file_id: id, upload_url: apiUrl.replace("/api/", `/upload/${id}`) };
}

function completeUpload(call: MethodCall): Json {
  const { world, args, apiUrl } = call;
  const channel = reachChannel({ ...call, args: { channel: args.channel_id } }, false);
  const files = (asList(args.files) ?? []).map((entry) => {
    const id = String(asObject(entry)?.id);
    const upload = world.uploads.get(id);
    if (!upload?.content) throw new Refused("file_not_found");
    const url = apiUrl.replace("/api/", `/files-pri/${id}/${encodeURIComponent(upload.name)}`);
    const file: SlackFile = {
      id,
      name: upload.name,
      mimeType: "application/octet-stream",
      content: upload.content,
      user: BOT_USER,
      url,
      sharedIn: [channel.id],
    };
    world.files.set(id, file);
    return file;
  });
  const message: SlackMessage = {
    channel: channel.id,
    ts: world.nextTs(),
    user: BOT_USER,
    text: String(args.initial_comment ?? ""),
    blocks: [],
    threadTs: typeof args.thread_ts === "string" ? args.thread_ts : null,
    metadata: null,
    edits: 0,
    files: files.map(({ id }) => id),
  };
  world.messages.push(message);
  world.shown.push(message);
  return { files: files.map(({ id, name }) => ({ id, title: name })) };
}
