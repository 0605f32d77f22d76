/**
 * What the first bytes of a file say it is. Programs are no evidence whatever their name, and a name that promises
 * another format misleads whoever looks for the file later. What is in no list here passes: a hash keeps anything.
 */
import type { Refusal } from "../refusal.ts";

/** So many bytes tell every kind below. */
export const HEAD_BYTES = 8;

type Kind =
  | "a program"
  | "a PDF"
  | "a PNG picture"
  | "a JPEG picture"
  | "a GIF picture"
  | "an archive"
  | "an older Office file";

/** As hex digits. CAFEBABE opens programs for several Macs, and Java's. */
const SIGNATURES: readonly (readonly [Kind, readonly string[]])[] = [
  ["a program", ["4d5a", "7f454c46", "2321"]],
  ["a program", ["feedface", "feedfacf", "cefaedfe", "cffaedfe", "cafebabe", "bebafeca"]],
  ["a PDF", ["255044462d"]],
  ["a PNG picture", ["89504e470d0a1a0a"]],
  ["a JPEG picture", ["ffd8ff"]],
  ["a GIF picture", ["474946383761", "474946383961"]],
  ["an archive", ["504b0304", "504b0506", "504b0708", "1f8b08", "526172211a07", "377abcaf271c"]],
  ["an older Office file", ["d0cf11e0a1b11ae1"]],
];

/** A Word or Excel file is an archive, and with a password an older Office file. */
const OFFICE: readonly Kind[] = ["an archive", "an older Office file"];
const PROMISED: Readonly<Record<string, readonly Kind[]>> = {
  pdf: ["a PDF"],
  png: ["a PNG picture"],
  jpg: ["a JPEG picture"],
  jpeg: ["a JPEG picture"],
  docx: OFFICE,
  xlsx: OFFICE,
};

/** Why a file with this name and these first bytes is not taken; null when it is. */
export function refuseKind(name: string, head: Uint8Array): Refusal | null {
  const kind = kindOf(head);
  if (kind === null) return null;
  if (kind === "a program") return { refused: "file_is_program", name };
  const promised = PROMISED[extensionOf(name)];
  if (!promised || promised.includes(kind)) return null;
  return { refused: "file_misnamed", name, is: kind };
}

function kindOf(head: Uint8Array): Kind | null {
  const digits = [...head.slice(0, HEAD_BYTES)]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
  const found = SIGNATURES.find(([, openings]) =>
    openings.some((opening) => digits.startsWith(opening)),
  );
  return found?.[0] ?? null;
}

/** Without what nobody sees at the end of a name. */
function extensionOf(name: string): string {
  const [, extension = ""] =
    /\.([a-z]+)$/.exec(name.toLowerCase().replace(/[\p{C}\s]+/gu, "")) ?? [];
  return Object.hasOwn(PROMISED, extension) ? extension : "";
}
