/**
 * What Slack takes: the documented limits of Block Kit and of the Web API, each named for what it bounds.
 * Sources: docs.slack.dev/reference/block-kit and the reference pages of chat.postMessage, chat.update, views.open.
 */

/** Block Kit, blocks: "You can include up to 50 blocks in each message, and 100 blocks in modals or Home tabs." */
export const BLOCKS = { message: 50, modal: 100, home: 100 } as const;
export type SlackSurface = keyof typeof BLOCKS;

/** Block Kit, header block: text. */
export const HEADER_TEXT = 150;
/** Block Kit, section block: text, fields and the text of each field. */
export const SECTION_TEXT = 3_000;
export const FIELDS_PER_SECTION = 10;
export const FIELD_TEXT = 2_000;
/** Block Kit, actions block: elements. */
export const ACTIONS_PER_BLOCK = 25;
/** Block Kit, button element. */
export const BUTTON_TEXT = 75;
export const BUTTON_VALUE = 2_000;
export const BUTTON_URL = 3_000;
/** Block Kit, action_id and block_id. */
export const ACTION_ID = 255;
/** Block Kit, option object: text; value (the reference says 150, @slack/types 75: the smaller one is safe). */
export const OPTION_TEXT = 75;
export const OPTION_VALUE = 75;
/** Block Kit, select menus: options, or as many groups of as many options. */
export const SELECT_OPTIONS = 100;
export const SELECT_GROUPS = 100;
/** Block Kit, radio buttons and checkboxes: options. */
export const RADIO_OPTIONS = 10;
/** Block Kit, overflow menu: options. */
export const OVERFLOW_OPTIONS = 5;
/** Block Kit, placeholders. */
export const PLACEHOLDER = 150;
/** Block Kit, confirmation dialog. */
export const CONFIRM = { title: 100, text: 300, button: 30 } as const;
/** Block Kit, input block: label and hint. */
export const INPUT_LABEL = 2_000;
export const INPUT_HINT = 2_000;
/** Block Kit, plain-text input: max_length. */
export const TEXT_INPUT = 3_000;
/** Block Kit, file input: max_files. */
export const FILES_PER_INPUT = 10;
/** Views: title, submit, close, private_metadata. */
export const VIEW_TITLE = 24;
export const PRIVATE_METADATA = 3_000;
/** Modals: a root view and two pushed ones. */
export const VIEW_STACK = 3;

/** chat.update: text. chat.postMessage takes more, but every message may have to be edited. */
export const MESSAGE_TEXT = 4_000;
/**
 * chat.postMessage answers `msg_blocks_too_long` without saying where the limit is; about 13,000 characters of text
 * are known to pass.
 */
export const MESSAGE_BLOCKS_TEXT = 12_000;
/** A view may weigh 250 KB (`view_too_large`); this much text stays well below it. */
export const VIEW_BLOCKS_TEXT = 40_000;
