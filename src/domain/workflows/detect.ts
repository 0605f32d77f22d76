/**
 * The `detect:` part of a workflow file: the words by which a vertical is recognized in what a person types as
 * the customer's industry. All knowledge of words is here, none in the code that reads it.
 */
import { z } from "zod";

const Sentence = z.string().min(1).max(300);
const Flag = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/);
const Default = z.enum(["yes", "no"]);

const alternative = "(?:\\*?[a-z0-9]+|[a-z0-9]+\\*)";
const place = `${alternative}(?:/${alternative})*`;

/**
 * Words in lower case without accents, one space between them: `state agency`. `/` stands between words that may
 * take the same place (`law firm/office`); `*` stands for any ending or, in front, for any beginning (`pharma*`).
 * Hyphens and apostrophes are spaces and nothing: `K-12` is `k 12`, `driver's` is `driver`.
 */
export const Pattern = z
  .string()
  .max(4000)
  .regex(new RegExp(`^${place}(?: ${place})*$`), "expected lower-case words, `/` and `*`");

/** A word of the compliance guide. Whole, it applies automatically; inside a longer word it asks. */
export const Keyword = z.strictObject({
  word: z.string().regex(/^[a-z0-9]{3,40}$/),
  /** Plurals, inflections and spellings that are as good as the word itself. */
  forms: z.array(Pattern).default([]),
  /** Automatic only as the whole text; beside other words it asks, unless a phrase says otherwise. */
  unless_alone: z.strictObject({ default: Default, why: Sentence }).optional(),
});

/** Words that are not the guide's but mean the same: they ask. */
export const Synonym = z.strictObject({
  words: z.array(Pattern).min(1),
  default: Default,
  why: Sentence,
});

const Auto = z.strictObject({ decision: z.literal("auto"), why: Sentence });
const Ask = z.strictObject({ decision: z.literal("ask"), default: Default, why: Sentence });
const Ignore = z.strictObject({ decision: z.literal("ignore"), why: Sentence });

/** Words that together mean something else than each alone: they decide for all words they cover. */
export const Phrase = z.discriminatedUnion("decision", [
  Auto.extend({ words: z.array(Pattern).min(1) }),
  Ask.extend({ words: z.array(Pattern).min(1) }),
  Ignore.extend({ words: z.array(Pattern).min(1) }),
]);

const contextParts = {
  /** The words that make the difference. */
  words: z.array(Pattern).min(1),
  /** Where they count: anywhere in the text, or in the same part of a list ("a hospital and an animal shelter"). */
  reach: z.enum(["text", "part"]).default("text"),
  /** Only these words change their meaning; absent: every word of this vertical. */
  only: z.array(Pattern).min(1).optional(),
  /** Where these stand too, the context does not count: "with an in-house clinic" is no supplier's clinic. */
  unless: z.array(Pattern).min(1).optional(),
};

/** Words that change what the others mean: a supplier, an animal, a law firm. The first that fits counts. */
export const Context = z.discriminatedUnion("decision", [
  Ask.extend(contextParts),
  Ignore.extend(contextParts),
]);

export const Detect = z.strictObject({
  keywords: z.array(Keyword).min(1),
  /** Longer words that contain a keyword by accident: "estate" contains "state". They are noted, never asked. */
  look_alikes: z.array(z.string().regex(/^[a-z0-9]{4,40}$/)).default([]),
  /** The preselected answer for a keyword inside a longer word that is no look-alike. */
  inside: z.strictObject({ default: Default }).default({ default: "yes" }),
  /** The preselected answer for a word after "not", "former" and the like, and further words that negate here. */
  negated: z
    .strictObject({
      default: Default,
      words: z.array(z.string().regex(/^[a-z]{2,40}$/)).default([]),
    })
    .default({ default: "no", words: [] }),
  synonyms: z.array(Synonym).default([]),
  phrases: z.array(Phrase).default([]),
  contexts: z.array(Context).default([]),
  /** Flags raised when the vertical applies or is asked and one of the words is there. */
  flags: z.array(z.strictObject({ flag: Flag, words: z.array(Pattern).min(1) })).default([]),
  /** Flags raised when another vertical applies as well; `possible` when one of the two is asked with "yes". */
  together: z
    .array(
      z.strictObject({
        with: z.string().min(1),
        flag: Flag,
        possible: Flag.optional(),
        /** What people are told when both apply, and while both may. */
        says: Sentence.optional(),
        possible_says: Sentence.optional(),
      }),
    )
    .default([]),
});
export type Detect = z.infer<typeof Detect>;
