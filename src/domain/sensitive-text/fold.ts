/** Brings a text to the plain form that is scanned: ASCII digits, plain dashes and spaces, nothing invisible. */

const DECIMAL = /\p{Nd}/u;

/** Every script has its ten digits in a row, so the distance from its zero is the value. */
function digitValue(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  let value = 0;
  while (value < 9 && DECIMAL.test(String.fromCodePoint(code - value - 1))) value += 1;
  return String(value);
}

function foldCharacter(character: string): string {
  if (DECIMAL.test(character)) return digitValue(character);
  if (/\p{Pd}|−/u.test(character)) return "-";
  if (/[\p{M}\p{Cf}]/u.test(character)) return "";
  return /[․·•‧]/u.test(character) ? "." : character;
}

/**
 * The text as it is scanned. Bytes that were no UTF-8 become a space: a no-break space of an older encoding is
 * one of them.
 */
export function foldText(text: string): string {
  if (/^\p{ASCII}*$/u.test(text)) return text;
  const plain = text.replace(/\uFFFD+/g, " ").normalize("NFKD");
  return plain.replace(/\P{ASCII}/gu, foldCharacter);
}
