/** Rows that were read as one list a column, put together again. */
import { Bug } from "../../domain/fault.ts";

type Columns = Readonly<Record<string, readonly unknown[]>>;

export type RowOf<C extends Columns> = { readonly [K in keyof C]: C[K][number] };

export function rowsOf<C extends Columns>(columns: C): readonly RowOf<C>[] {
  const named = Object.entries(columns);
  const length = named[0]?.[1].length ?? 0;
  if (named.some(([, values]) => values.length !== length)) {
    throw new Bug("the columns of some rows differ in length");
  }
  return Array.from({ length }, (_, at) => {
    const row: Record<string, unknown> = {};
    for (const [name, values] of named) row[name] = values[at];
    // Each value stands under the name of the list that it was taken from.
    return row as RowOf<C>;
  });
}

/** What is made of each row, by its requirement and in the rows' order. */
export function byRequirement<C extends Columns & { readonly requirement: readonly string[] }, T>(
  columns: C,
  make: (row: RowOf<C>) => T,
): ReadonlyMap<string, readonly T[]> {
  const grouped = new Map<string, T[]>();
  for (const row of rowsOf(columns)) {
    const made = make(row);
    const group = grouped.get(row.requirement);
    if (group) group.push(made);
    else grouped.set(row.requirement, [made]);
  }
  return grouped;
}
