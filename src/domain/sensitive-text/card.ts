/**
 * Finds payment card numbers: a contiguous run of 13–19 digits, or one card grouping, with the prefix and length
 * of an issuer and a right check digit (ISO/IEC 7812-1). Separate numbers are never joined, so that a list of
 * phone numbers is no card.
 */

export interface Span {
  readonly start: number;
  readonly end: number;
}

interface Issuer {
  /** First and last prefix, both of the same length. */
  readonly prefixes: readonly (readonly [from: number, to: number])[];
  readonly lengths: readonly number[];
}

const ISSUERS: readonly Issuer[] = [
  // Visa
  { prefixes: [[4, 4]], lengths: [13, 16, 19] },
  // Mastercard
  {
    prefixes: [
      [51, 55],
      [2221, 2720],
    ],
    lengths: [16],
  },
  // American Express
  {
    prefixes: [
      [34, 34],
      [37, 37],
    ],
    lengths: [15],
  },
  // Discover
  {
    prefixes: [
      [6011, 6011],
      [644, 649],
      [65, 65],
    ],
    lengths: [16, 17, 18, 19],
  },
  // Diners Club
  {
    prefixes: [
      [300, 305],
      [3095, 3095],
      [36, 36],
      [38, 39],
    ],
    lengths: [14, 16, 17, 18, 19],
  },
  // JCB
  { prefixes: [[3528, 3589]], lengths: [16, 17, 18, 19] },
  // UnionPay
  {
    prefixes: [
      [62, 62],
      [8100, 8171],
    ],
    lengths: [16, 17, 18, 19],
  },
  // Maestro
  {
    prefixes: [
      [5018, 5018],
      [5020, 5020],
      [5038, 5038],
      [5893, 5893],
      [6304, 6304],
      [6759, 6759],
      [6761, 6763],
    ],
    lengths: [13, 14, 15, 16, 17, 18, 19],
  },
  // Mir, Troy, RuPay, Verve, InterPayment
  {
    prefixes: [
      [2200, 2204],
      [9792, 9792],
      [508, 508],
      [6069, 6069],
      [5060, 5061],
      [636, 639],
    ],
    lengths: [16, 17, 18, 19],
  },
];

const GROUPINGS: readonly (readonly number[])[] = [
  [4, 4, 4, 4, 3],
  [4, 4, 4, 4],
  [4, 6, 5],
  [4, 6, 4],
];

interface Group extends Span {
  readonly digits: string;
  /** What joins it to the group before: one kind of separator, or nothing. */
  readonly link: "" | " " | "-" | "." | "_";
}

function hasIssuer(digits: string): boolean {
  return ISSUERS.some(
    ({ prefixes, lengths }) =>
      lengths.includes(digits.length) &&
      prefixes.some(([from, to]) => {
        const prefix = Number(digits.slice(0, String(from).length));
        return prefix >= from && prefix <= to;
      }),
  );
}

function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let at = 0; at < digits.length; at += 1) {
    const digit = Number(digits[digits.length - 1 - at]);
    const doubled = at % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

function isCardNumber(digits: string): boolean {
  return hasIssuer(digits) && passesLuhn(digits);
}

function isLetterOrDigit(character: string): boolean {
  return /[A-Za-z0-9]/.test(character);
}

/** The letters and digits without a break around a run: a hash, or "PAN4111…" */
function wordAround(text: string, { start, end }: Span): string {
  let from = start;
  let to = end;
  while (from > 0 && start - from < 64 && isLetterOrDigit(text.charAt(from - 1))) from -= 1;
  while (to < text.length && to - end < 64 && isLetterOrDigit(text.charAt(to))) to += 1;
  return text.slice(from, to);
}

/** A piece of a hash or of another mixed identifier, not a number with a word before or behind it. */
function isPartOfIdentifier(text: string, run: Span): boolean {
  const word = wordAround(text, run);
  if (word.length === run.end - run.start) return false;
  if (word.length >= 32 && /^[0-9a-f]+$/i.test(word)) return true;
  return !/^[A-Za-z]*[0-9]+[A-Za-z]*$/.test(word);
}

/** E.164 has at most 15 digits; German mobile numbers are also written without the plus. */
function isPhoneNumber(text: string, { start, digits }: Group): boolean {
  if (digits.length <= 15 && text.charAt(start - 1) === "+") return true;
  return /^491[567][0-9]{9}$/.test(digits);
}

function isLabelledDevice(text: string, { start }: Span): boolean {
  return /(?:imei|imeisv|iccid|imsi)[^A-Za-z0-9]{0,3}$/i.test(
    text.slice(Math.max(0, start - 12), start),
  );
}

/** The digits behind the point of "0.30000000000000004". */
function isFraction(text: string, { start }: Span): boolean {
  return /[0-9]\.$/.test(text.slice(Math.max(0, start - 2), start));
}

function isCardRun(text: string, group: Group): boolean {
  return (
    group.digits.length >= 13 &&
    isCardNumber(group.digits) &&
    !isPartOfIdentifier(text, group) &&
    !isPhoneNumber(text, group) &&
    !isLabelledDevice(text, group) &&
    !isFraction(text, group)
  );
}

function readGroups(text: string): readonly Group[] {
  const groups: Group[] = [];
  for (const { index, 0: digits } of text.matchAll(/[0-9]+/g)) {
    const between = text.slice(groups.at(-1)?.end ?? 0, index);
    const isLinked =
      groups.length > 0 && between.length <= 3 && /^(?: ?[-._] ?| {1,2})$/.test(between);
    const kind = isLinked ? between.trim() : "";
    const mark = kind === "-" || kind === "." || kind === "_" ? kind : " ";
    groups.push({ digits, start: index, end: index + digits.length, link: isLinked ? mark : "" });
  }
  return groups;
}

/** Four extensions in a row are no card: rising, and close together. */
function isExtensionList(window: readonly Group[]): boolean {
  const values = window.map(({ digits }) => Number(digits));
  const rises = values.every((value, at) => at === 0 || value > (values[at - 1] ?? 0));
  return rises && (values.at(-1) ?? 0) - (values[0] ?? 0) < 1000;
}

function isExpiry(digits: string): boolean {
  return /^(?:0[1-9]|1[0-2])[2-4][0-9]$/.test(digits);
}

/** A number that goes on before or behind the grouping is longer than a card; a date or a check code is not. */
function standsAlone(groups: readonly Group[], from: number, to: number): boolean {
  const link = groups[from + 1]?.link;
  const before = groups[from]?.link === link ? groups[from - 1] : undefined;
  const next = groups[to]?.link === link ? groups[to] : undefined;
  const isFree = (digits: string) => link === " " && digits.length !== 4;
  if (before !== undefined && !isFree(before.digits)) return false;
  return (
    next === undefined || next.digits.length === 3 || isFree(next.digits) || isExpiry(next.digits)
  );
}

function isGrouping(groups: readonly Group[], from: number, lengths: readonly number[]): boolean {
  const window = groups.slice(from, from + lengths.length);
  const link = window[1]?.link;
  const fits = lengths.every(
    (length, at) =>
      window[at]?.digits.length === length &&
      (at === 0 || (link !== "" && window[at]?.link === link)),
  );
  return (
    fits &&
    isCardNumber(window.map(({ digits }) => digits).join("")) &&
    !isExtensionList(window) &&
    standsAlone(groups, from, from + lengths.length)
  );
}

/** "DE89 3704 0044 …" is an account number, and "A1234-…" a part of something else. */
function followsAccountPrefix(text: string, start: number): boolean {
  const before = text.slice(Math.max(0, start - 6), start);
  return /(?:^|[^A-Za-z0-9])[A-Za-z]{2}[0-9]{2}[ -]$/.test(before);
}

/** Every payment card number of a folded text. */
export function* findCards(text: string): Generator<Span> {
  const groups = readGroups(text);
  for (const [at, group] of groups.entries()) {
    if (isCardRun(text, group)) yield group;
    if (group.digits.length !== 4) continue;
    const lengths = GROUPINGS.find((each) => isGrouping(groups, at, each));
    const last = groups[at + (lengths?.length ?? 0) - 1];
    if (lengths === undefined || last === undefined) continue;
    if (!followsAccountPrefix(text, group.start)) yield { start: group.start, end: last.end };
  }
}
