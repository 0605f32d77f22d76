/**
 * What the stories left behind, as it must be on every surface: for each migration its rows and its ledger entries,
 * with stand-ins for what may differ (ids, times, the surface, the workspace, and what is hashed over them).
 */
import { REPLAYED } from "../../src/store/replay/tables.ts";
import type { TestStore } from "../support/database.ts";
import { CAST, type Role } from "./talker.ts";

export interface Trace {
  readonly customer: string;
  /** In the order in which they happened. */
  readonly entries: readonly unknown[];
  readonly rows: Readonly<Record<string, readonly unknown[]>>;
}

type Database = Pick<TestStore, "asOwner">;

/** Fields that say where something was said or kept, or that hash what may differ. */
const MAY_DIFFER = new Set([
  ...["organisation", "organisation_id", "workspace", "workspaceId", "workspace_id"],
  ...["workspaceRef", "workspace_ref"],
  ...["surface", "channelId", "channel_id", "userId", "user_id"],
  ...["personal", "contentHash", "content_hash"],
]);
const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;
/** Where a chat keeps a file; the web chat keeps none. */
const FILE_ADDRESS = /^https:\/\/cleargate(-test\.slack\.com\/files|\.sharepoint\.example)\//;
const INSTANT = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d(:?\d\d)?)/g;

/** `userIds`: whom the surface knows by which id. */
export async function traceOf(
  { asOwner }: Database,
  userIds: Readonly<Record<Role, string>>,
): Promise<readonly Trace[]> {
  const plain = plainly(userIds);
  const migrations = await asOwner("select id, customer from migrations order by opened_at");
  const columns = await asOwner(
    "select table_name from information_schema.columns where table_schema = 'cleargate' and column_name = 'migration_id'",
  );
  const ofMigration = new Set(columns.map(({ table_name: name }) => name));
  const traces: Trace[] = [];
  for (const { id, customer } of migrations) {
    const rows: Record<string, unknown[]> = {};
    for (const { name } of REPLAYED.filter((table) => ofMigration.has(table.name))) {
      const found = await asOwner(
        `select to_jsonb(t) as row from ${name} t where migration_id = $1`,
        [id],
      );
      rows[name] = found
        .map(({ row }) => plain(row))
        .sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
    }
    const entries = await asOwner(
      "select entry::jsonb as entry from ledger_entries where migration_id = $1 order by sequence",
      [id],
    );
    traces.push({ customer, entries: entries.map(({ entry }) => plain(hideExport(entry))), rows });
  }
  return traces;
}

/** The report names its migration, so its hash differs. */
function hideExport(entry: { readonly type: string }): object {
  return entry.type === "ReportExported" ? { ...entry, sha256: "<hash>" } : entry;
}

function plainly(userIds: Readonly<Record<Role, string>>): (value: unknown) => unknown {
  const people = new Map(CAST.map((role) => [userIds[role], `<${role}>`]));
  const plainText = (text: string): string =>
    (people.get(text) ?? text).replace(UUID, "<id>").replace(INSTANT, "<time>");
  const plain = (value: unknown): unknown => {
    if (typeof value === "string") return FILE_ADDRESS.test(value) ? null : plainText(value);
    if (Array.isArray(value)) return value.map(plain);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([name]) => !MAY_DIFFER.has(name))
        .map(([name, inner]) => [name, plain(inner)]),
    );
  };
  return plain;
}
