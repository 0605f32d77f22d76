/**
 * Finds texts on which a regular expression takes too long (ReDoS). It reads the expression's own structure: what can
 * stand before each repetition, and what can be repeated there, is built and repeated until the text is long.
 */
import vm from "node:vm";

type Node =
  | { readonly kind: "char"; readonly samples: readonly string[] }
  | { readonly kind: "all"; readonly parts: readonly Node[] }
  | { readonly kind: "either"; readonly parts: readonly Node[] }
  | { readonly kind: "repeat"; readonly body: Node; readonly min: number; readonly max: number };

/** Letters of every kind that expressions tell apart. */
const LETTERS = [
  ..."a0 -._A/:@,'\"\n\t!?#&=+*()[]{}<>|\\^$~%;`zZ9xfFb1X5gLsS",
  "\u00e9",
  "\u4e2d",
  "\u2019",
  "\u00a0",
  "\u202e",
  "\u0000",
];
const SAMPLES_MAX = 5;
const VARIANTS_MAX = 10;
const PREFIXES_MAX = 10;
const PUMPS_MAX = 24;
const NOTHING: Node = { kind: "all", parts: [] };

interface Reader {
  readonly source: string;
  readonly flags: string;
  at: number;
}

const peek = ({ source, at }: Reader): string => source.charAt(at);

function readEither(reader: Reader): Node {
  const parts = [readAll(reader)];
  while (peek(reader) === "|") {
    reader.at += 1;
    parts.push(readAll(reader));
  }
  return { kind: "either", parts };
}

function readAll(reader: Reader): Node {
  const parts: Node[] = [];
  while (reader.at < reader.source.length && !"|)".includes(peek(reader)))
    parts.push(readRepeat(reader, readAtom(reader)));
  return { kind: "all", parts };
}

function readRepeat(reader: Reader, body: Node): Node {
  const rest = reader.source.slice(reader.at);
  const found = /^(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/.exec(rest);
  if (!found) return body;
  reader.at += found[0].length;
  const [, sign, least, comma, most] = found;
  if (sign) {
    return { kind: "repeat", body, min: sign === "+" ? 1 : 0, max: sign === "?" ? 1 : Infinity };
  }
  const min = Number(least);
  return { kind: "repeat", body, min, max: comma ? Number(most || Infinity) : min };
}

function readAtom(reader: Reader): Node {
  const letter = peek(reader);
  if (letter === "(") return readGroup(reader);
  if (letter === "^" || letter === "$") {
    reader.at += 1;
    return NOTHING;
  }
  const text = letter === "[" ? readClass(reader) : readLetter(reader);
  if (/^\\([bB]|[1-9]|k<)/.test(text)) return NOTHING;
  return { kind: "char", samples: samplesOf(text, reader.flags) };
}

function readGroup(reader: Reader): Node {
  const opening = /^\((\?(?:[:=!]|<[=!]|<\w+>))?/.exec(reader.source.slice(reader.at));
  reader.at += opening?.[0].length ?? 1;
  const body = readEither(reader);
  reader.at += 1;
  return body;
}

function readClass(reader: Reader): string {
  const from = reader.at;
  reader.at += 1;
  while (peek(reader) !== "]") reader.at += peek(reader) === "\\" ? 2 : 1;
  reader.at += 1;
  return reader.source.slice(from, reader.at);
}

function readLetter(reader: Reader): string {
  const [text = ""] =
    /^(?:\\(?:u\{[\da-f]+\}|u[\da-f]{4}|x[\da-f]{2}|[pP]\{[^}]*\}|k<\w+>|c[A-Z]|.)|[\s\S])/iu.exec(
      reader.source.slice(reader.at),
    ) ?? [];
  reader.at += text.length;
  return text;
}

function samplesOf(atom: string, flags: string): readonly string[] {
  const one = new RegExp(`^(?:${atom})$`, flags.replaceAll(/[gy]/g, ""));
  const own = [...atom].filter((letter) => one.test(letter));
  return [...new Set([...own.slice(0, 2), ...LETTERS.filter((letter) => one.test(letter))])].slice(
    0,
    SAMPLES_MAX,
  );
}

/** Texts that the node takes, each differing from the first in one place. */
function variantsOf(node: Node): readonly string[] {
  switch (node.kind) {
    case "char":
      return node.samples;
    case "either":
      return node.parts.flatMap(variantsOf).slice(0, VARIANTS_MAX);
    case "repeat":
      return variantsOf(node.body).map((text) => text.repeat(Math.max(1, Math.min(node.min, 20))));
    case "all": {
      const firsts = node.parts.map((part) => variantsOf(part)[0] ?? "");
      const varied = node.parts.flatMap((part, at) =>
        variantsOf(part).map((text) => firsts.with(at, text).join("")),
      );
      return [firsts.join(""), ...new Set(varied)].slice(0, VARIANTS_MAX);
    }
  }
}

interface Found {
  readonly prefixes: Set<string>;
  readonly pumps: Set<string>;
}

/** Walks to every repetition with what stands before it; answers with what may stand behind the node. */
function visit(node: Node, before: string, found: Found): string {
  switch (node.kind) {
    case "char":
      break;
    case "either":
      for (const part of node.parts) visit(part, before, found);
      break;
    case "all":
      return node.parts.reduce((text, part) => visit(part, text, found), before);
    case "repeat":
      if (node.max > 10) note(node, before, found);
      visit(node.body, before, found);
  }
  return before + (variantsOf(node)[0] ?? "");
}

/** What comes before may also be what is repeated: each beginning looks for an end of its own. */
function note(node: Extract<Node, { kind: "repeat" }>, before: string, found: Found): void {
  found.prefixes.add(before);
  for (const pump of [...variantsOf(node.body), before]) if (pump !== "") found.pumps.add(pump);
}

/** Long texts that the expression may stumble over. */
function* textsFor(pattern: RegExp, length: number): Generator<string> {
  const tree = readEither({ source: pattern.source, flags: pattern.flags, at: 0 });
  const found: Found = { prefixes: new Set([""]), pumps: new Set() };
  visit(tree, "", found);
  const whole = variantsOf(tree)[0] ?? "";
  const pumps = [...found.pumps].slice(0, PUMPS_MAX);
  const pairs = pumps.slice(0, 5).flatMap((one) => pumps.slice(0, 5).map((two) => one + two));
  const words = [...new Set([...pumps, ...pairs, whole, whole.slice(0, -1)])].filter(Boolean);
  for (const prefix of [...found.prefixes].slice(0, PREFIXES_MAX)) {
    for (const word of words) {
      const pumped = prefix + word.repeat(Math.ceil(length / word.length));
      yield `${pumped}\u0000`;
      yield pumped;
    }
  }
}

const context = vm.createContext({ pattern: /a/, text: "" });
const script = new vm.Script("pattern.lastIndex = 0; pattern.test(text)");

/** True when the expression takes longer than the limit, three times out of three: a busy machine is no fault. */
function isSlow(pattern: RegExp, text: string, limitMs: number): boolean {
  context.pattern = pattern;
  context.text = text;
  for (let round = 0; round < 3; round += 1) {
    try {
      script.runInContext(context, { timeout: limitMs });
      return false;
    } catch {
      // Ended by the limit; once more.
    }
  }
  return true;
}

/** The beginning of a text of that length on which the expression takes too long; null when none was found. */
export function findSlowText(
  pattern: RegExp,
  { length, limitMs }: { readonly length: number; readonly limitMs: number },
): string | null {
  for (const text of textsFor(pattern, length))
    if (isSlow(pattern, text, limitMs)) return text.slice(0, 60);
  return null;
}
