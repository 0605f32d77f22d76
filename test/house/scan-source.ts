/** Reads what a TypeScript source imports and which words its code uses, without a compiler. */

export interface Import {
  readonly specifier: string;
  readonly line: number;
  /** Erased before the program runs. */
  readonly typeOnly: boolean;
}

export interface Scan {
  /** The source with every comment and every string's content blanked; positions stay. */
  readonly code: string;
  readonly imports: readonly Import[];
  readonly comments: string;
}

export function scanSource(source: string): Scan {
  const { code, comments } = blankOut(source);
  return { code, comments, imports: findImports(source, code) };
}

const IMPORT =
  /(?<![.\w$])(?:(import|export)\s+(type\s+)?[\w*{][^;'"()=]*?\bfrom\s*|import\s*|import\s*\(\s*|require\s*\(\s*)(["'`])/g;

function findImports(source: string, code: string): Import[] {
  return [...code.matchAll(IMPORT)].map((match) => {
    const start = match.index + match[0].length;
    const end = code.indexOf(match[3] ?? '"', start);
    return {
      specifier: source.slice(start, end),
      line: source.slice(0, match.index).split("\n").length,
      typeOnly: match[2] !== undefined || hasOnlyTypes(match[0]),
    };
  });
}

/** `import { type A, type B } from`. */
function hasOnlyTypes(statement: string): boolean {
  const names = /\{([^}]*)\}\s*from\s*["']$/.exec(statement)?.[1]?.split(",") ?? [];
  const given = names.map((name) => name.trim()).filter((name) => name !== "");
  return given.length > 0 && given.every((name) => name.startsWith("type "));
}

interface Walk {
  readonly source: string;
  at: number;
  code: string;
  comments: string;
  /** How many braces are open in each `${` that encloses the position. */
  readonly holes: number[];
}

function blankOut(source: string): { code: string; comments: string } {
  const walk: Walk = { source, at: 0, code: "", comments: "", holes: [] };
  while (walk.at < source.length) step(walk);
  return walk;
}

function step(walk: Walk): void {
  const rest = walk.source.slice(walk.at, walk.at + 2);
  const letter = rest.charAt(0);
  if (rest === "//") skipComment(walk, /\n|$/g, 0);
  else if (rest === "/*") skipComment(walk, /\*\/|$/g, 2);
  else if (letter === '"' || letter === "'") skipQuoted(walk, letter);
  else if (letter === "/" && startsRegExp(walk.code)) skipRegExp(walk);
  else if (letter === "`" || closesHole(walk, letter)) skipTemplate(walk);
  else {
    walk.code += letter;
    walk.at += 1;
  }
}

/** Counts the braces inside a template's `${`, and answers whether this one ends it. */
function closesHole(walk: Walk, letter: string): boolean {
  const open = walk.holes.pop();
  if (open === undefined) return false;
  if (letter === "}" && open === 0) return true;
  walk.holes.push(open + (letter === "{" ? 1 : 0) - (letter === "}" ? 1 : 0));
  return false;
}

function skipComment(walk: Walk, end: RegExp, tail: number): void {
  end.lastIndex = walk.at + 2;
  const stop = Math.min(
    (end.exec(walk.source)?.index ?? walk.source.length) + tail,
    walk.source.length,
  );
  const text = walk.source.slice(walk.at, stop);
  walk.comments += `${text}\n`;
  walk.code += text.replaceAll(/[^\n]/g, " ");
  walk.at = stop;
}

/** A `/` divides after a value and opens a regular expression after anything else. */
function startsRegExp(before: string): boolean {
  const text = before.trimEnd();
  return (
    /(^|[^\w$)\]}"'`])$/.test(text) || /\b(return|typeof|case|in|of|void|await|yield)$/.test(text)
  );
}

function skipQuoted(walk: Walk, quote: string): void {
  skipUntil(walk, (letter) => letter === quote || letter === "\n");
}

function skipRegExp(walk: Walk): void {
  let inClass = false;
  skipUntil(walk, (letter) => {
    if (letter === "[") inClass = true;
    if (letter === "]") inClass = false;
    return (letter === "/" && !inClass) || letter === "\n";
  });
}

/** Blanks from after the opening letter until the closing one, which stays; a backslash hides the next letter. */
function skipUntil(walk: Walk, closes: (letter: string) => boolean): void {
  walk.code += walk.source.charAt(walk.at);
  walk.at += 1;
  while (walk.at < walk.source.length && !closes(walk.source.charAt(walk.at))) {
    const width = walk.source.charAt(walk.at) === "\\" ? 2 : 1;
    walk.code += " ".repeat(width);
    walk.at += width;
  }
  walk.code += walk.source.charAt(walk.at);
  walk.at += 1;
}

/** From a backtick, or from the `}` that ends a hole, to the closing backtick or the next hole. */
function skipTemplate(walk: Walk): void {
  walk.code += walk.source.charAt(walk.at);
  walk.at += 1;
  while (walk.at < walk.source.length) {
    const letter = walk.source.charAt(walk.at);
    if (letter === "`") break;
    if (walk.source.startsWith("${", walk.at)) {
      walk.holes.push(0);
      walk.code += "${";
      walk.at += 2;
      return;
    }
    const width = letter === "\\" ? 2 : 1;
    walk.code += walk.source.slice(walk.at, walk.at + width).replaceAll(/[^\n]/g, " ");
    walk.at += width;
  }
  walk.code += walk.source.charAt(walk.at);
  walk.at += 1;
}
