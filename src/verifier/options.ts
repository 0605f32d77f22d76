/** The words of the command line. */

export interface Options {
  readonly file: string;
  /** A key file, or a key itself. */
  readonly key: string;
  readonly checkpoint: string | null;
  readonly report: string | null;
  readonly json: boolean;
}

export const USAGE = `cleargate-verify checks an exported ledger of Cleargate without any connection to it.

  cleargate-verify <bundle or proof> --key <key file or key>
                   [--checkpoint <file with checkpoints that you kept>]
                   [--report <closeout report>] [--json]

Exit codes: 0 intact; 2 tampered, the first bad entry is named; 1 it could not be checked; 64 wrong usage.
`;

const FLAGS = ["--key", "--checkpoint", "--report"];

/** Null asks for the help; a string says what is wrong. */
export function readOptions(words: readonly string[]): Options | string | null {
  if (words.includes("--help") || words.includes("-h")) return null;
  const given = new Map<string, string>();
  const files: string[] = [];
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const problem = word.startsWith("--") ? takeFlag(word, rest, given) : null;
    if (problem !== null) return problem;
    if (!word.startsWith("--")) files.push(word);
  }
  return chooseOptions(files, given);
}

function chooseOptions(
  [file = "", second]: readonly string[],
  given: ReadonlyMap<string, string>,
): Options | string {
  const key = given.get("--key");
  if (file === "") return "Say which bundle or proof to check.";
  if (second !== undefined) return "Give one bundle or proof at a time.";
  if (key === undefined)
    return "--key is needed: the file with the ledger's public key, or the key.";
  return {
    file,
    key,
    checkpoint: given.get("--checkpoint") ?? null,
    report: given.get("--report") ?? null,
    json: given.has("--json"),
  };
}

function takeFlag(word: string, rest: string[], given: Map<string, string>): string | null {
  const equals = word.indexOf("=");
  const name = equals < 0 ? word : word.slice(0, equals);
  if (given.has(name)) return `${name} is given twice.`;
  if (word === "--json") {
    given.set(word, "");
    return null;
  }
  if (!FLAGS.includes(name)) return "There is a flag that this program does not know.";
  const value =
    equals < 0 ? (rest[0]?.startsWith("--") ? "" : rest.shift()) : word.slice(equals + 1);
  if (value === undefined || value === "") return `${name} needs a value after it.`;
  given.set(name, value);
  return null;
}
