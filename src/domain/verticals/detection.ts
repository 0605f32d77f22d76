/** What an industry text suggests. Nothing of it counts before a person confirms. */

/** One word of the text and what it made us think. */
export interface Match {
  readonly vertical: string;
  /** The word or phrase as it stands in the text. */
  readonly word: string;
  /** `auto`: applies; `ask`: one question; `ignored`: an accident inside another word. */
  readonly decision: "auto" | "ask" | "ignored";
  /** The preselected answer, where this word asks. */
  readonly default?: "yes" | "no";
  /** One plain sentence. */
  readonly why: string;
}

export interface Detection {
  readonly auto: readonly string[];
  readonly ask: readonly { readonly vertical: string; readonly default: "yes" | "no" }[];
  readonly flags: readonly string[];
  readonly matches: readonly Match[];
}

/** A detected vertical as it was shown to the person who confirmed, kept for the report's "why". */
export interface DetectedVertical {
  readonly vertical: string;
  readonly decision: "auto" | "ask";
  readonly default: "yes" | "no";
  readonly word: string;
  readonly why: string;
}
