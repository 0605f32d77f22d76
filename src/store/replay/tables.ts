/** Which tables are nothing but the sum of the ledger's facts, how their rows are told apart, and which are not. */

export interface ReplayedTable {
  readonly name: string;
  /** What names a row; with `counted`, its number among those of the same key. */
  readonly key: readonly string[];
  readonly counted?: true;
  /** Columns that are not the facts' own. */
  readonly ignore?: readonly string[];
  /** Part of the key that a report must not show. */
  readonly unsaid?: readonly string[];
  /** Columns that hold personal data beside those that say so by their content. */
  readonly personal?: readonly string[];
}

export const REPLAYED: readonly ReplayedTable[] = [
  {
    name: "people",
    key: ["id"],
    personal: ["email_confirmed", "kind", "is_administrator", "time_zone"],
  },
  { name: "identities", key: ["workspace_id", "user_id"], unsaid: ["user_id"] },
  { name: "role_grants", key: ["person_id", "role"], counted: true, ignore: ["id"] },
  // The version counts transactions, and the ledger does not say where one ended.
  { name: "migrations", key: ["id"], ignore: ["version"] },
  { name: "migration_channels", key: ["migration_id", "workspace_id", "channel_id"] },
  { name: "migration_detections", key: ["migration_id", "position"] },
  { name: "migration_definitions", key: ["migration_id", "vertical"] },
  { name: "contacts", key: ["migration_id", "role"] },
  { name: "requirement_items", key: ["migration_id", "requirement"] },
  {
    name: "answers",
    key: ["migration_id", "requirement", "question"],
    counted: true,
    ignore: ["id"],
  },
  { name: "evidence", key: ["id"] },
  { name: "attestations", key: ["id"] },
  { name: "sign_off_requests", key: ["id"] },
  { name: "sign_offs", key: ["id"] },
  { name: "signing_tokens", key: ["token_hash"] },
  { name: "same_humans", key: ["person_id"] },
  { name: "link_codes", key: ["workspace_id", "user_id"], unsaid: ["user_id"] },
  { name: "link_tries", key: ["person_id"], counted: true, ignore: ["id"] },
  { name: "slack_installations", key: ["workspace_id"] },
  { name: "ledger_keys", key: ["key_id"], counted: true, ignore: ["id"] },
  { name: "ledger_breaks", key: ["id"] },
  { name: "ledger_break_acceptances", key: ["break_id", "by_person"] },
  { name: "ledger_settings", key: ["kind"], counted: true, ignore: ["id"] },
];

/** Tables that replaying does not rebuild, each with the reason. */
export const NOT_REPLAYED: Readonly<Record<string, string>> = {
  schema_migrations: "what the schema is, not what happened",
  organisations: "made when a workspace is first seen",
  workspaces: "made when a workspace is first seen",
  workflow_definitions: "kept under the hash of their content",
  inbound_events: "what came in, for a day",
  received_requests: "what came in, for a day",
  outbox: "what goes out",
  living_messages: "where messages stand",
  delivery_pauses: "how delivery goes",
  splunk_cursors: "how shipping goes",
  splunk_refusals: "how shipping goes",
  ledger_staging: "the ledger itself",
  ledger_entries: "the ledger itself",
  ledger_heads: "the ledger itself",
  ledger_nodes: "the ledger itself",
  ledger_checkpoints: "the ledger itself",
  ledger_personal: "the ledger itself",
  slack_tokens: "secrets, which are in no fact",
  slack_install_states: "installations under way",
  teams_conversations: "where Teams is spoken to, learned anew from each request",
  teams_accounts: "by which id Teams knows a person, learned anew from each request",
  web_channels: "the local web chat",
  web_messages: "the local web chat",
  web_read_marks: "the local web chat",
};
