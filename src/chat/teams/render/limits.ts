/**
 * What Teams takes and shows well. Sources: the pages "Format your bot messages" (size of a message), "Universal
 * Actions" (users of a refresh) and "Cards" (actions in a row) of Microsoft's Teams documentation; what has no
 * documented limit is cut where nobody reads on.
 */

/** A message may weigh 100 KB in UTF-16, everything counted; a card stays below 80 KB, two bytes a character. */
export const CARD_CHARACTERS = 40_000;
/** The same words without a card. */
export const FALLBACK_TEXT = 4_000;
/** The line in a notification. */
export const SUMMARY = 1_000;

/** Teams shows six actions in a row and hides the others. */
export const ACTIONS_PER_SET = 6;
/** Those who see their own version of a card at once; all others ask for it. */
export const REFRESH_USERS = 60;

/** One line, value, code or headline. */
export const LINE_TEXT = 3_000;
export const TABLE_CELL = 200;
export const TABLE_ROWS = 50;
export const BUTTON_TEXT = 75;
export const CHOICE_TEXT = 75;
export const INPUT_LABEL = 500;
export const INPUT_HELP = 1_000;
export const PLACEHOLDER = 150;
export const ERROR_TEXT = 500;

/** Choices that stand below each other, and those in a list without a search; above, people type to find one. */
export const EXPANDED_CHOICES = 7;
export const COMPACT_CHOICES = 30;
/** Choices of a menu that are buttons; more are a list. */
export const MENU_BUTTONS = 5;

/** What a person may type into one field, and all presets of a form as JSON. */
export const TEXT_INPUT = 3_000;
export const VALUES_JSON = 14_000;
/** Members to choose from, in all fields of a form. */
export const PEOPLE = 100;
/** The choices of one menu as JSON; each holds a whole command. */
export const MENU_JSON = 30_000;
/** The files that one button carries as JSON, and those of all buttons; each travels twice, see `execute`. */
export const FILES_JSON = 6_000;
export const ALL_FILES_JSON = 12_000;
