/** What ends a check: the first thing that is wrong, as a sentence, and which entry it is about. */

export interface Place {
  /** The first entry that is bad or missing. */
  readonly firstBad?: number;
  /** The last entry that may be the bad one, when a signed checkpoint covers several. */
  readonly lastSuspect?: number;
}

/**
 * `tampered`: the content contradicts a signature or itself. `unchecked`: it could not be judged, because a file is
 * unreadable or of another kind, or a key is missing.
 */
export class Finding extends Error {
  override readonly name = "Finding";
  readonly outcome: "tampered" | "unchecked";
  readonly place: Place;

  constructor(outcome: "tampered" | "unchecked", sentence: string, place: Place = {}) {
    super(sentence);
    this.outcome = outcome;
    this.place = place;
  }
}

export function tampered(sentence: string, place: Place = {}): Finding {
  return new Finding("tampered", sentence, place);
}

export function unchecked(sentence: string): Finding {
  return new Finding("unchecked", sentence);
}

/** Foreign text in a sentence: short, on one line, and nothing that steers a terminal. */
export function quote(text: string, lettersMax = 80): string {
  const shown = text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, "?");
  return `"${shown.length > lettersMax ? `${shown.slice(0, lettersMax)}...` : shown}"`;
}
