/** Reads a text as plain words: lower case, without accents, compatibility forms and invisible characters. */

export interface Word {
  readonly text: string;
  /** Where it stands in the original. */
  readonly start: number;
  readonly end: number;
  /** The part of a list that it belongs to; commas, slashes, "and" and the like begin a new one. */
  readonly part: number;
  /** What stands between it and the word before. */
  readonly after: "space" | "comma" | "stop";
}

/** An industry is a few words; what goes on beyond this is not read. */
const LONGEST_TEXT = 10_000;

const FOLDS: Readonly<Record<string, string>> = {
  ı: "i",
  ß: "ss",
  ø: "o",
  ł: "l",
  đ: "d",
  ð: "d",
  þ: "th",
  æ: "ae",
  œ: "oe",
};
const APOSTROPHES = "'’ʼ‘`´";
const STOPS = ".;:!?()[]{}<>\n";
const COMMAS = ",/&+|•·";
const LIST_WORDS = new Set(["and", "or", "plus"]);

/** The characters that a letter stands for, independent of locale: "İ" is "i", "Ａ" is "a", a zero-width space is "". */
function foldCharacter(character: string): string {
  const plain = character
    .normalize("NFKD")
    .replace(/[\p{M}\p{Cf}]/gu, "")
    .toLowerCase();
  return FOLDS[plain] ?? plain;
}

function isLetter(folded: string): boolean {
  return /^[\p{L}\p{N}]+$/u.test(folded);
}

/** Without the genitive: "state's" is "state", "isn't" is "isnt". */
function dropApostrophes(text: string): string {
  const base = text.endsWith("'s") ? text.slice(0, -2) : text;
  return base.replaceAll("'", "");
}

interface Reading {
  readonly words: Word[];
  text: string;
  start: number;
  end: number;
  part: number;
  after: Word["after"];
}

function endWord(reading: Reading): void {
  const text = dropApostrophes(reading.text);
  reading.text = "";
  if (text === "") return;
  if (LIST_WORDS.has(text)) reading.part += 1;
  const { start, end, part, after } = reading;
  reading.words.push({ text, start, end, part, after });
  reading.after = "space";
}

function readSeparator(reading: Reading, separator: string): void {
  if (STOPS.includes(separator)) {
    reading.part += 1;
    reading.after = "stop";
  } else if (COMMAS.includes(separator)) {
    reading.part += 1;
    if (reading.after === "space") reading.after = "comma";
  }
}

function readCharacter(reading: Reading, character: string, at: number): void {
  const folded = foldCharacter(character);
  if (isLetter(folded)) {
    if (reading.text === "") reading.start = at;
    reading.text += folded;
    reading.end = at + character.length;
  } else if (reading.text !== "" && APOSTROPHES.includes(character)) {
    reading.text += "'";
  } else if (folded !== "") {
    endWord(reading);
    readSeparator(reading, folded.charAt(0));
  }
}

/** The words of a text, each with its place in the original. */
export function readWords(original: string): readonly Word[] {
  const reading: Reading = { words: [], text: "", start: 0, end: 0, part: 0, after: "space" };
  let at = 0;
  for (const character of original.slice(0, LONGEST_TEXT)) {
    readCharacter(reading, character, at);
    at += character.length;
  }
  endWord(reading);
  return reading.words;
}
