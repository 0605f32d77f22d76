/** The first row of a table that is not what the ledger says, without a word of personal data. */
import { z } from "zod";
import type { OrganisationId } from "../../domain/ids.ts";
import type { Sql } from "../pool.ts";
import { ERASED } from "./decode.ts";
import type { ReplayedTable } from "./tables.ts";

const Difference = z.object({
  name: z.string(),
  isLive: z.boolean(),
  isReplayed: z.boolean(),
  columns: z.array(z.string()).nullable(),
});

export async function findDifference(
  sql: Sql,
  organisation: OrganisationId,
  table: ReplayedTable,
): Promise<string | null> {
  const { rows } = await sql.query(statementOf(table), [
    organisation,
    `%${ERASED}%`,
    table.ignore ?? [],
    table.personal ?? [],
  ]);
  const [found] = z.array(Difference).parse(rows);
  if (!found) return null;
  const where = `${table.name}, ${table.key.filter((column) => !table.unsaid?.includes(column)).join(" and ")} ${found.name}`;
  if (!found.isLive) return `The ledger says more than the tables have: ${where} is missing.`;
  if (!found.isReplayed) return `The ledger knows nothing of a row: ${where}.`;
  return `A row is not what the ledger says: ${where}, in ${(found.columns ?? []).join(", ")}.`;
}

/** Cells that hold erased data compare as equal to whatever is there. */
function statementOf(table: ReplayedTable): string {
  const said = table.key.filter((column) => !table.unsaid?.includes(column));
  const number = table.counted
    ? `row_number() over (partition by ${table.key.join(", ")} order by id)`
    : "1";
  const rowsOf = (schema: string, where: string) =>
    `select array[${table.key.map((column) => `${column}::text`).join(", ")}] as key,
       ${number} as number, concat_ws('/', ${said.join(", ")}) as name, to_jsonb(t) - $3::text[] as row
     from ${schema}.${table.name} t ${where}`;
  return `
    select coalesce(live.name, replayed.name) as name, live.row is not null as "isLive",
      replayed.row is not null as "isReplayed", cells.columns
    from (${rowsOf("cleargate", "where organisation_id = $1")}) live
    full join (${rowsOf("pg_temp", "")}) replayed
      on replayed.key = live.key and replayed.number = live.number
    cross join lateral (
      select array_agg(cell.name order by cell.name) as columns
      from jsonb_object_keys(coalesce(live.row, replayed.row)) as cell (name)
      where live.row -> cell.name is distinct from replayed.row -> cell.name
        and coalesce(replayed.row ->> cell.name, '') not like $2
        and not (cell.name = any($4::text[]) and replayed.row::text like $2)
    ) cells
    where live.row is null or replayed.row is null or cells.columns is not null
    order by coalesce(live.key, replayed.key), coalesce(live.number, replayed.number) limit 1`;
}
