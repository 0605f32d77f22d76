/** What a signed checkpoint says of an organisation's ledger (C2SP tlog-checkpoint): so many entries, under this root. */
import { OrganisationId, Sha256 } from "../ids.ts";
import { parseNote, type SignedNote, type SigningKey, signNote } from "./signed-note.ts";

export interface Checkpoint {
  readonly organisation: OrganisationId;
  readonly size: number;
  readonly root: Sha256;
}

const TEXT = /^cleargate\/ledger\/([0-9a-f-]{36})\n(0|[1-9]\d{0,15})\n([A-Za-z0-9+/]{43}=)\n$/;

/** The text that is signed: origin, size and root, a line each. */
export function checkpointText({ organisation, size, root }: Checkpoint): string {
  const encoded = Buffer.from(root, "hex").toString("base64");
  return `cleargate/ledger/${organisation}\n${size}\n${encoded}\n`;
}

export function signCheckpoint(checkpoint: Checkpoint, key: SigningKey): string {
  return signNote(checkpointText(checkpoint), key);
}

/** What a signed note says, with its signatures to be checked; null when it is no checkpoint of ours. */
export function readCheckpoint(note: string): { checkpoint: Checkpoint; note: SignedNote } | null {
  const parsed = parseNote(note);
  const [, uuid, size = "", encoded = ""] = TEXT.exec(parsed?.text ?? "") ?? [];
  const organisation = OrganisationId.safeParse(uuid);
  if (!parsed || !organisation.success) return null;
  const root = Sha256.parse(Buffer.from(encoded, "base64").toString("hex"));
  const checkpoint = { organisation: organisation.data, size: Number(size), root };
  // Anything that is not written as we write it is not ours, whatever it means.
  return checkpointText(checkpoint) === parsed.text ? { checkpoint, note: parsed } : null;
}

/**
 * Puts the lines of a file together to signed notes; other lines lie between them. A note that was cut off while it
 * was written ends where the next one begins.
 */
export function createNoteReader(found: {
  readonly note: (note: string) => void;
  readonly line?: (line: string) => void;
}): (line: string) => void {
  let lines: string[] = [];
  return (line) => {
    if (line.startsWith("cleargate/")) lines = [line];
    else if (lines.length === 0) found.line?.(line);
    else lines.push(line);
    if (!line.startsWith("— ") || lines.length === 0) return;
    found.note(`${lines.join("\n")}\n`);
    lines = [];
  };
}
