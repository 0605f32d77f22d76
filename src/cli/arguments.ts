/** Turns the words of a command line into one request, or into a sentence about what is wrong with them. */
import { MigrationId } from "../domain/ids.ts";
import { type DeliveryRequest, parseDeliveryWords } from "./deliveries.ts";
import { type ExportRequest, parseExportWords } from "./exports.ts";

export type CliRequest =
  | DeliveryRequest
  | ExportRequest
  | { readonly command: "help" }
  | { readonly command: "version" }
  | { readonly command: "detect"; readonly text: string; readonly json: boolean }
  | {
      readonly command: "propose";
      readonly migration: MigrationId;
      readonly industry: string;
      readonly json: boolean;
    }
  | { readonly command: "status"; readonly migration: MigrationId; readonly json: boolean }
  | {
      readonly command: "can_advance";
      readonly migration: MigrationId;
      readonly stage: 3 | 5;
      readonly json: boolean;
    }
  | {
      readonly command: "sign_off";
      readonly migration: MigrationId;
      readonly requirement: string;
      readonly json: boolean;
    }
  | {
      readonly command: "create";
      readonly customer: string;
      readonly industry: string;
      readonly json: boolean;
    }
  | {
      readonly command: "report";
      readonly migration: MigrationId;
      readonly draft: boolean;
      /** Written aside and renamed, so that nobody reads half a report. */
      readonly output: string | null;
    }
  | { readonly command: "verify"; readonly replay: boolean; readonly json: boolean }
  | { readonly command: "public_key"; readonly json: boolean }
  | { readonly command: "doctor"; readonly json: boolean };

export interface UsageProblem {
  readonly problem: string;
}

const SIGNED_BY =
  "--signed-by is refused: a typed address proves nothing. Open the requirement in chat, choose " +
  '"Sign in the terminal", and pass the token you get in COMPLIANCE_TOKEN or on standard input.';

/** Flags with a value, and the most characters that it may have. */
const VALUES: Readonly<Record<string, number>> = {
  "--migration-id": 36,
  "--industry": 200,
  "--customer": 200,
  "--detect": 2000,
  "--stage": 1,
  "--requirement": 80,
  "--output": 4096,
};
/** What a person would say of a customer: what is unclear in it is asked about later, so nothing is refused here. */
const FREE_TEXTS = ["--detect", "--industry"];
const SWITCHES = [
  "--check-status",
  "--can-advance",
  "--sign-off",
  "--json",
  "--draft",
  "--replay",
  "--help",
  "--version",
];
const WORDS = ["create", "report", "verify", "public-key", "doctor", "help"];

/** What makes a command: one word or flag. `--industry` alone is the proposal of the compliance guide. */
const COMMANDS: Readonly<Record<string, { needs: readonly string[]; may: readonly string[] }>> = {
  help: { needs: [], may: [] },
  "--help": { needs: [], may: WORDS },
  "--version": { needs: [], may: [] },
  "--detect": { needs: [], may: ["--json"] },
  "--check-status": { needs: ["--migration-id"], may: ["--json"] },
  "--can-advance": { needs: ["--migration-id", "--stage"], may: ["--json"] },
  "--sign-off": { needs: ["--migration-id", "--requirement"], may: ["--json"] },
  create: { needs: ["--customer", "--industry"], may: ["--json"] },
  report: { needs: ["--migration-id"], may: ["--draft", "--json", "--output"] },
  verify: { needs: [], may: ["--replay", "--json"] },
  "public-key": { needs: [], may: ["--json"] },
  doctor: { needs: [], may: ["--json"] },
  "--industry": { needs: ["--migration-id"], may: ["--json"] },
};

/** The words after the program's name. */
export function parseArguments(words: readonly string[]): CliRequest | UsageProblem {
  if (words.length === 0) return { command: "help" };
  const apart = parseDeliveryWords(words) ?? parseExportWords(words);
  if (apart) return apart;
  const given = collect(words);
  if (!(given instanceof Map)) return given;
  const name = chooseCommand(given);
  if (typeof name !== "string") return name;
  return findMisfit(name, given) ?? readRequest(name, given);
}

function collect(words: readonly string[]): Map<string, string> | UsageProblem {
  const given = new Map<string, string>();
  const rest = [...words];
  while (rest.length > 0) {
    const [name, attached] = splitFlag(rest.shift() ?? "");
    const problem = nameProblem(name, given, attached);
    if (problem) return { problem };
    const value = Object.hasOwn(VALUES, name) ? (attached ?? takeValue(name, rest)) : "-";
    if (value === undefined || (value.trim() === "" && !FREE_TEXTS.includes(name)))
      return { problem: `${name} needs a value after it.` };
    given.set(name, value.trim());
  }
  return given;
}

/** The next word, unless it is another flag; a free text may begin like one. */
function takeValue(name: string, rest: string[]): string | undefined {
  const [next = ""] = rest;
  const isFlag = FREE_TEXTS.includes(name) ? isKnownFlag(next) : next.startsWith("--");
  return isFlag ? undefined : rest.shift();
}

function isKnownFlag(word: string): boolean {
  const [name] = splitFlag(word);
  return Object.hasOwn(VALUES, name) || SWITCHES.includes(name);
}

function splitFlag(word: string): readonly [string, string | undefined] {
  const equals = word.startsWith("--") ? word.indexOf("=") : -1;
  return equals < 0 ? [word, undefined] : [word.slice(0, equals), word.slice(equals + 1)];
}

function nameProblem(
  name: string,
  given: ReadonlyMap<string, string>,
  attached: string | undefined,
): string | null {
  if (name === "--signed-by") return SIGNED_BY;
  if (given.has(name)) return `${name} is given twice.`;
  if (SWITCHES.includes(name)) return attached === undefined ? null : `${name} takes no value.`;
  if (Object.hasOwn(VALUES, name) || WORDS.includes(name)) return null;
  const meant = [...Object.keys(VALUES), ...SWITCHES, ...WORDS].find((known) =>
    isCloseTo(name, known),
  );
  const kind = name.startsWith("-") ? "flag" : "command";
  return `There is no ${kind} ${quote(name)}.${meant ? ` Did you mean ${meant}?` : ""}`;
}

/** A foreign word may hold what steers a terminal. */
function quote(word: string): string {
  const shown = word.replaceAll(/[^\x20-\x7e]/g, "?");
  return `"${shown.length > 40 ? `${shown.slice(0, 40)}...` : shown}"`;
}

/** The same but for dashes and case, or cut short, or with one letter too many. */
function isCloseTo(name: string, known: string): boolean {
  const bare = (word: string) => word.replaceAll(/[-_]/g, "").toLowerCase();
  const [left, right] = [bare(name), bare(known)];
  if (left.length < 3) return false;
  return right.startsWith(left) || left.startsWith(right) || differByOne(left, right);
}

function differByOne(left: string, right: string): boolean {
  let same = 0;
  while (same < left.length && left[same] === right[same]) same += 1;
  const tails = [left.slice(same), right.slice(same)] as const;
  return (
    tails[0].slice(1) === tails[1].slice(1) ||
    tails[0].slice(1) === tails[1] ||
    tails[0] === tails[1].slice(1)
  );
}

function chooseCommand(given: ReadonlyMap<string, string>): string | UsageProblem {
  if (given.has("--help")) return "--help";
  const chosen = [...given.keys()].filter((name) => name !== "--industry" && name in COMMANDS);
  if (chosen.length > 1) return { problem: `${chosen.join(" and ")} do not go together.` };
  const [name] = chosen;
  if (name) return name;
  if (given.has("--industry")) return "--industry";
  return {
    problem: "Say what to do: --check-status, --can-advance, --sign-off, create, report, ...",
  };
}

function findMisfit(name: string, given: ReadonlyMap<string, string>): UsageProblem | null {
  const { needs, may } = COMMANDS[name] ?? { needs: [], may: [] };
  const missing = needs.find((flag) => !given.has(flag));
  if (missing) return { problem: `${name} needs ${missing}.` };
  const extra = [...given.keys()].find((flag) => ![name, ...needs, ...may].includes(flag));
  if (extra && name !== "--help") return { problem: `${extra} does not go with ${name}.` };
  const long = [...given].find(([flag, value]) => value.length > (VALUES[flag] ?? 1));
  if (long?.[0] === "--stage") return { problem: "--stage is 3 or 5." };
  if (long?.[0] === "--migration-id") return { problem: NOT_A_UUID };
  return long ? { problem: `${long[0]} is longer than ${VALUES[long[0]]} characters.` } : null;
}

const NOT_A_UUID = "--migration-id is not a UUID such as 0d9f6f3e-8a51-4c0e-9a57-3f1f4f6f2a10.";

function readRequest(name: string, given: ReadonlyMap<string, string>): CliRequest | UsageProblem {
  const json = given.has("--json");
  const value = (flag: string) => given.get(flag) ?? "";
  if (name === "help" || name === "--help") return { command: "help" };
  if (name === "--version") return { command: "version" };
  if (name === "--detect") return { command: "detect", text: value("--detect"), json };
  if (name === "verify") return { command: name, replay: given.has("--replay"), json };
  if (name === "public-key") return { command: "public_key", json };
  if (name === "doctor") return { command: name, json };
  if (name === "create")
    return {
      command: "create",
      customer: value("--customer"),
      industry: value("--industry"),
      json,
    };
  const id = MigrationId.safeParse(value("--migration-id"));
  return id.success ? readAboutMigration(name, id.data, given) : { problem: NOT_A_UUID };
}

function readAboutMigration(
  name: string,
  migration: MigrationId,
  given: ReadonlyMap<string, string>,
): CliRequest | UsageProblem {
  const json = given.has("--json");
  if (name === "--check-status") return { command: "status", migration, json };
  if (name === "--industry")
    return { command: "propose", migration, industry: given.get("--industry") ?? "", json };
  if (name === "--sign-off") {
    const requirement = given.get("--requirement") ?? "";
    return { command: "sign_off", migration, requirement, json };
  }
  if (name === "report") {
    const output = given.get("--output") ?? null;
    return { command: "report", migration, draft: given.has("--draft"), output };
  }
  const stage = given.get("--stage");
  if (stage !== "3" && stage !== "5") return { problem: "--stage is 3 or 5." };
  return { command: "can_advance", migration, stage: stage === "3" ? 3 : 5, json };
}
