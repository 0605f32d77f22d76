/** Text that a person typed: what is stored of it, and why some of it cannot be. */

const MAX_LENGTH = 2000;

/** C0 and C1 controls apart from tab and line feed. */
const CONTROLS = /[^\P{Cc}\t\n]/u;
/** Embeddings, overrides and isolates (UAX #9) make a text read differently from what it is. */
const DIRECTION = /[\u202A-\u202E\u2066-\u2069]/;

export type TypedText =
  | { readonly text: string; readonly problem: null }
  | { readonly text: null; readonly problem: string };

/** The text in its composed form (NFC), trimmed; or a sentence that says why it cannot be stored. */
export function readText(typed: string, options: { readonly max?: number } = {}): TypedText {
  const max = options.max ?? MAX_LENGTH;
  if (!typed.isWellFormed()) return problem("This text has a broken character. Type it again.");
  const text = typed.replaceAll(/\r\n?/g, "\n").normalize("NFC").trim();
  if (CONTROLS.test(text)) {
    return problem("This text has a control character. Type it instead of pasting it.");
  }
  if (DIRECTION.test(text)) {
    return problem("This text has a hidden character that turns its direction. Remove it.");
  }
  const length = [...text].length;
  if (length > max) return problem(`This is ${length} characters long; the most is ${max}.`);
  return { text, problem: null };
}

/** Null when it is one line of at most so many characters. */
export function readLine(typed: string, options: { readonly max?: number } = {}): TypedText {
  const read = readText(typed, { max: options.max ?? 200 });
  if (read.problem !== null || !/[\n\t]/.test(read.text)) return read;
  return problem("Write this on one line.");
}

/** A file's name as it may be shown: without the characters that a person could not have meant. */
export function plainName(name: string): string {
  const shown = [...name.toWellFormed().normalize("NFC")]
    .filter((character) => !CONTROLS.test(character) && !DIRECTION.test(character))
    .join("")
    .replaceAll(/\s+/g, " ")
    .trim();
  return [...shown].slice(0, 200).join("") || "unnamed";
}

/** Local part, one `@`, and a domain with a dot: what every mail system accepts (RFC 5321 §4.1.2, without quotes). */
export function isEmail(text: string): boolean {
  const [local, domain, ...more] = text.split("@");
  if (local === undefined || domain === undefined || more.length > 0) return false;
  const atom = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
  const label = /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;
  const labels = domain.split(".");
  return (
    local.length <= 64 &&
    domain.length <= 253 &&
    atom.test(local) &&
    labels.length >= 2 &&
    labels.every((part) => label.test(part))
  );
}

function problem(sentence: string): TypedText {
  return { text: null, problem: sentence };
}
