/** Finds social security numbers, medical record numbers and keys by their shapes. Every pattern is linear. */
import type { SensitiveKind } from "../refusal.ts";
import type { Span } from "./card.ts";

export interface Hit extends Span {
  readonly kind: SensitiveKind;
}

/** The key shapes that their issuers publish for scanners. */
const KEYS: readonly RegExp[] = [
  // Slack
  /(?<![A-Za-z0-9])xox[a-z]-[A-Za-z0-9-]{10}/g,
  /(?<![A-Za-z0-9])xapp-[A-Za-z0-9-]{10}/g,
  /hooks\.slack\.com\/(?:services|workflows|triggers)\/[A-Za-z0-9]{6,20}\//g,
  // AWS
  /(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])/g,
  // GitHub, GitLab, npm
  /(?<![A-Za-z0-9])gh[pousr]_[A-Za-z0-9]{20}/g,
  /(?<![A-Za-z0-9])github_pat_[A-Za-z0-9_]{20}/g,
  /(?<![A-Za-z0-9])glpat-[A-Za-z0-9_-]{20}/g,
  /(?<![A-Za-z0-9])npm_[A-Za-z0-9]{36}/g,
  // Stripe, SendGrid, Google, model providers
  /(?<![A-Za-z0-9])(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{10}/g,
  /(?<![A-Za-z0-9])whsec_[A-Za-z0-9+/]{20}/g,
  /(?<![A-Za-z0-9])SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16}/g,
  /(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{35}/g,
  /(?<![A-Za-z0-9])sk-(?:ant|proj)-[A-Za-z0-9_-]{16}/g,
  // PEM and PuTTY
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g,
  /PuTTY-User-Key-File-[0-9]/g,
  // JSON Web Token (RFC 7519)
  /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{10}/g,
];

/** 3-2-4 digits with one kind of separator. */
const GROUPED_SSN = /(?<![0-9])([0-9]{3})( ?[-._] ?| )([0-9]{2})\2([0-9]{4})(?![0-9A-Za-z])/g;

/** Nine digits are a social security number only where the text says so. */
const LABELLED_SSN =
  /(?<![A-Za-z])(?:ssn|social security(?: number| no\.?)?)[ :#=-]{1,3}([0-9]{3})([0-9]{2})([0-9]{4})(?![0-9A-Za-z])/gi;

const RECORD_NUMBER =
  /(?<![A-Za-z])(?:mrn|(?:medical|med\.?|patient) (?:record|rec\.?|chart)(?: number| no\.?)?|patient (?:id|number|no\.?))[ :#=_(-]{0,4}(?:(?:is|no\.?|number)[ :#]{1,2})?[A-Z]{0,3}[- ]?(?:[0-9]-?){5,12}/gi;

/** Areas 000, 666 and 900–999, group 00 and serial 0000 were never given out (SSA POMS RM 10201.035). */
function isGivenOut(area: string, group: string, serial: string): boolean {
  const isArea = area !== "000" && area !== "666" && area < "900";
  return isArea && group !== "00" && serial !== "0000";
}

/** A longer number, such as a phone number, or a part number with a letter before it. */
function isPartOfMore(text: string, { start, end }: Span, separator: string): boolean {
  const before = text.slice(Math.max(0, start - 4), start);
  const behind = text.slice(end, end + 2);
  const mark = separator.trim() === "" ? " " : separator.trim();
  if (/[A-Za-z]$/.test(before)) return !/ssn$/i.test(before);
  if (before.endsWith("+")) return true;
  const goesOn = behind.startsWith(mark) && /[0-9]$/.test(behind);
  return goesOn || (before.endsWith(mark) && /[0-9]$/.test(before.slice(0, -1)));
}

function* findGrouped(text: string, isBinary: boolean): Generator<Hit> {
  for (const match of text.matchAll(GROUPED_SSN)) {
    const [whole, area = "", separator = "", group = "", serial = ""] = match;
    const span = { start: match.index, end: match.index + whole.length };
    if (!isGivenOut(area, group, serial) || isPartOfMore(text, span, separator)) continue;
    if (isBinary && separator !== "-") continue;
    yield { kind: "social_security_number", ...span };
  }
}

function* findByPattern(text: string, kind: SensitiveKind, pattern: RegExp): Generator<Hit> {
  for (const { index, 0: whole } of text.matchAll(pattern))
    yield { kind, start: index, end: index + whole.length };
}

/** Every hit of a folded text by shape. In binary content numbers beside numbers mean nothing. */
export function* findShapes(text: string, isBinary: boolean): Generator<Hit> {
  for (const pattern of KEYS) yield* findByPattern(text, "secret_key", pattern);
  yield* findGrouped(text, isBinary);
  for (const match of text.matchAll(LABELLED_SSN)) {
    const [whole, area = "", group = "", serial = ""] = match;
    if (isGivenOut(area, group, serial))
      yield { kind: "social_security_number", start: match.index, end: match.index + whole.length };
  }
  yield* findByPattern(text, "medical_record_number", RECORD_NUMBER);
}
