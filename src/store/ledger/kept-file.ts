/**
 * The append-only file in which each process keeps what it saw signed, outside the database, so that a database
 * that was restored or rewritten is noticed.
 */
import fs from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { createNoteReader, readCheckpoint } from "../../domain/audit/checkpoint.ts";
import {
  type AcceptedBreak,
  acceptanceLine,
  readAcceptanceLine,
} from "../../domain/audit/ledger-break.ts";
import type { OrganisationId, Sha256 } from "../../domain/ids.ts";

/** What the file says last of one ledger. */
export interface Kept {
  readonly size: number;
  readonly root: Sha256;
}

export interface KeptFile {
  newest(organisation: OrganisationId): Kept | null;
  /** Breaks that the file says were accepted. */
  accepted(organisation: OrganisationId): ReadonlySet<string>;
  /** On disk when it returns. */
  keep(note: string): void;
  keepAcceptance(organisation: OrganisationId, accepted: AcceptedBreak): void;
  /** Every note of the organisation since the newest acceptance, oldest first. */
  notes(organisation: OrganisationId): Iterable<string>;
}

const CHUNK = 1 << 16;

/** Without a file it is remembered only as long as the process lives. */
export function openKeptFile(file: string | null): KeptFile {
  return file === null ? keepInMemory() : keepInFile(file);
}

function keepInMemory(): KeptFile {
  const reader = openReader();
  return {
    newest: (organisation) => reader.newest.get(organisation) ?? null,
    accepted: (organisation) => reader.accepted.get(organisation) ?? new Set(),
    keep: (note) => reader.take(note),
    keepAcceptance: (organisation, accepted) =>
      reader.take(`${acceptanceLine(organisation, accepted)}\n`),
    notes: () => [],
  };
}

function keepInFile(file: string): KeptFile {
  let reader = openReader();

  /** Another process of this folder may have written too. A file that became shorter is read afresh. */
  function refresh() {
    const size = fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (size < reader.at()) reader = openReader();
    if (size > reader.at()) reader.read(file);
    return reader;
  }

  function append(text: string): void {
    const handle = fs.openSync(file, "a", 0o600);
    try {
      fs.writeSync(handle, text);
      fs.fsyncSync(handle);
    } finally {
      fs.closeSync(handle);
    }
  }

  return {
    newest: (organisation) => refresh().newest.get(organisation) ?? null,
    accepted: (organisation) => refresh().accepted.get(organisation) ?? new Set(),
    keep: (note) => append(`${note}\n`),
    keepAcceptance: (organisation, accepted) =>
      append(`${acceptanceLine(organisation, accepted)}\n\n`),
    notes: (organisation) => notesOf(file, organisation),
  };
}

/** Goes on where it stopped, also in the middle of a note that is being written. */
function openReader() {
  const newest = new Map<string, Kept>();
  const accepted = new Map<string, Set<string>>();
  let at = 0;
  let partial = "";
  const decoder = new StringDecoder("utf8");
  const take = createNoteReader({
    note(note) {
      const found = readCheckpoint(note)?.checkpoint;
      if (!found) return;
      const { organisation, size, root } = found;
      // Of two processes that wrote at once the later one may stand first.
      if (size >= (newest.get(organisation)?.size ?? 0)) newest.set(organisation, { size, root });
    },
    line(line) {
      const found = readAcceptanceLine(line);
      if (!found) return;
      const { size, root } = found.live;
      accepted.set(
        found.organisation,
        new Set([...(accepted.get(found.organisation) ?? []), found.id]),
      );
      if (root === null) newest.delete(found.organisation);
      else newest.set(found.organisation, { size, root });
    },
  });
  function takeText(text: string): void {
    const lines = `${partial}${text}`.split("\n");
    partial = lines.pop() ?? "";
    for (const line of lines) take(line);
  }
  return {
    newest,
    accepted,
    at: () => at,
    take: takeText,
    read(file: string) {
      for (const chunk of chunksOf(file, at)) {
        at += chunk.length;
        takeText(decoder.write(chunk));
      }
    },
  };
}

function* chunksOf(file: string, from: number): Iterable<Buffer> {
  const handle = fs.openSync(file, "r");
  try {
    for (let at = from; ; ) {
      const chunk = Buffer.alloc(CHUNK);
      const got = fs.readSync(handle, chunk, 0, CHUNK, at);
      if (got === 0) return;
      at += got;
      yield chunk.subarray(0, got);
    }
  } finally {
    fs.closeSync(handle);
  }
}

/** Read twice: first to see after which acceptance the present history begins. */
function* notesOf(file: string, organisation: OrganisationId): Iterable<string> {
  if (!fs.existsSync(file)) return;
  const isAcceptance = (line: string) => readAcceptanceLine(line)?.organisation === organisation;
  let acceptances = 0;
  for (const line of linesOf(file)) if (isAcceptance(line)) acceptances += 1;
  const found: string[] = [];
  const take = createNoteReader({
    note(note) {
      if (acceptances === 0 && note.startsWith(`cleargate/ledger/${organisation}\n`))
        found.push(note);
    },
    line(line) {
      if (isAcceptance(line)) acceptances -= 1;
    },
  });
  for (const line of linesOf(file)) {
    take(line);
    yield* found.splice(0);
  }
}

function* linesOf(file: string): Iterable<string> {
  const decoder = new StringDecoder("utf8");
  let partial = "";
  for (const chunk of chunksOf(file, 0)) {
    const lines = `${partial}${decoder.write(chunk)}`.split("\n");
    partial = lines.pop() ?? "";
    yield* lines;
  }
}
