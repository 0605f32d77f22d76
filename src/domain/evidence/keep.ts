/** What is kept of a piece of evidence: hash, link or date, never the content. */
import type { EvidenceFact } from "../facts.ts";
import { type Day, Sha256 } from "../ids.ts";
import type { FileFacts } from "../migrations/record.ts";
import { readLink } from "../people/link.ts";
import { plainName, readLine } from "../people/typed-text.ts";
import type { Refusal } from "../refusal.ts";
import type { SlotView } from "../requirements/view.ts";
import { compareDays, parseDay } from "../time/day.ts";

/** Texts are empty where nothing was given. */
export interface GivenEvidence {
  readonly file: FileFacts | null;
  readonly link: string;
  readonly sha256: string;
  readonly name: string;
  readonly heldOn: string;
}

type Added = Extract<EvidenceFact, { type: "EvidenceAdded" }>;
type Kept = Pick<Added, "kind" | "sha256" | "bytes" | "heldOn" | "personal">;

/** What a slot keeps of it; privileged and controlled content never comes as a file. */
export function keep({ slot }: SlotView, given: GivenEvidence, today: Day): Kept | Refusal {
  if (slot.restricted) return keepHeld(slot.label, given, today);
  if (slot.controlled && given.file) {
    return invalid("file", "This is controlled: give a link and its SHA-256, never the file.");
  }
  if (given.file) return keepFile(given.file);
  if (given.link.trim() === "") return { refused: "evidence_needed" };
  return keepLink(given, slot.controlled === true);
}

/** Privileged: only that counsel holds it, and since when. */
function keepHeld(label: string, given: GivenEvidence, today: Day): Kept | Refusal {
  if (given.file || given.link.trim() !== "") {
    return invalid("held_on", "This is privileged and stays with counsel: give only its date.");
  }
  if (given.heldOn.trim() === "") return { refused: "evidence_needed" };
  const heldOn = parseDay(given.heldOn);
  if (heldOn === null || compareDays(heldOn, today) > 0) {
    return invalid("held_on", "Give the date of the document: today or earlier.");
  }
  return {
    kind: "held",
    sha256: null,
    bytes: null,
    heldOn,
    personal: { name: label, link: null },
  };
}

function keepFile({ name, sha256, bytes, link }: FileFacts): Kept {
  return { kind: "file", sha256, bytes, heldOn: null, personal: { name: plainName(name), link } };
}

function keepLink(given: GivenEvidence, isHashNeeded: boolean): Kept | Refusal {
  const { link, problem } = readLink(given.link);
  if (problem !== null) return invalid("link", problem);
  const name = readLine(given.name);
  if (name.problem !== null) return invalid("name", name.problem);
  const sha256 = readHash(given.sha256);
  if (sha256 === "wrong" || (sha256 === null && isHashNeeded)) {
    return invalid("sha256", "Give the SHA-256 of the document: 64 characters, 0-9 and a-f.");
  }
  const shown = name.text === "" ? plainName(nameIn(link)) : name.text;
  return { kind: "link", sha256, bytes: null, heldOn: null, personal: { name: shown, link } };
}

/** A hash that was computed where the document is kept. */
export function readHash(typed: string): Sha256 | null | "wrong" {
  const text = typed.trim().toLowerCase();
  if (text === "") return null;
  const parsed = Sha256.safeParse(text);
  return parsed.success ? parsed.data : "wrong";
}

/** The last part of a link's path, or its host. */
export function nameIn(link: string): string {
  const { hostname, pathname } = new URL(link);
  const last = pathname.split("/").findLast((part) => part !== "");
  return last === undefined ? hostname : decode(last);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function invalid(field: string, sentence: string): Refusal {
  return { refused: "invalid_answers", fields: { [field]: sentence } };
}
