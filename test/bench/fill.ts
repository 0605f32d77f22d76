/** Many more migrations beside one that people made: copies of its rows, written by the database itself. */
import type pg from "pg";

/** So many rows of each table a copy takes with it; absent: all of them. */
export interface Copy {
  readonly times: number;
  readonly atMost?: number;
}

const TABLES = [
  ["migrations", "id"],
  ["migration_definitions", "migration_id"],
  ["requirement_items", "migration_id"],
  ["answers", "migration_id"],
  ["evidence", "migration_id"],
  ["attestations", "migration_id"],
] as const;

/** Copies a migration so many times, with ids of its own for each; channels stay with the first. */
export async function copyMigration(plain: pg.Client, id: string, copy: Copy): Promise<void> {
  await plain.query("begin");
  await plain.query("set local session_replication_role = replica");
  for (const [table, owner] of TABLES) {
    const { rows } = await plain.query(
      `select column_name as name from information_schema.columns
       where table_schema = 'cleargate' and table_name = $1 and is_identity = 'NO'
       order by ordinal_position`,
      [table],
    );
    const names: readonly string[] = rows.map(({ name }) => name);
    const values = names.map((name) => {
      if (name === owner) return "md5('migration' || n)::uuid";
      return name === "id" ? `md5('${table}' || n || t.id)::uuid` : `t.${name}`;
    });
    const limit = table === "migrations" || copy.atMost === undefined ? "" : `limit ${copy.atMost}`;
    await plain.query(
      `insert into cleargate.${table} (${names.join(", ")})
       select ${values.join(", ")}
       from generate_series(1, ${copy.times}) n
         cross join (select * from cleargate.${table} where ${owner} = $1 ${limit}) t`,
      [id],
    );
  }
  await plain.query("commit");
  await plain.query("vacuum analyze");
}
