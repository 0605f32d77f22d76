/** What a projector is: the table changes of one fact. */

import type { Fact, RecordedFact } from "../../domain/facts.ts";
import { Bug } from "../../domain/fault.ts";
import type { Actor } from "../../domain/migrations/record.ts";
import type { Sql } from "../pool.ts";

export type FactOf<T extends Fact["type"]> = Extract<Fact, { type: T }>;
export type Recorded<F extends Fact> = Omit<RecordedFact, "fact"> & { readonly fact: F };
export type Projector<F extends Fact> = (sql: Sql, recorded: Recorded<F>) => Promise<void>;
export type Projectors<F extends Fact> = {
  readonly [T in F["type"]]: Projector<Extract<F, { type: T }>>;
};

/** The person who did it, for facts that only a person can cause. */
export function actorOf(recorded: Recorded<Fact>): Actor {
  if (recorded.actor === null) throw new Bug(`${recorded.fact.type} needs an actor`);
  return recorded.actor;
}

export interface ActorColumns {
  readonly by_person: string;
  readonly by_name: string;
  readonly by_email: string | null;
}

export function actorColumns(actor: Actor): ActorColumns {
  return { by_person: actor.personId, by_name: actor.name, by_email: actor.email };
}

/** Inserts one row; the columns' names come from our own sources, never from outside. */
export async function insertRow(
  sql: Sql,
  table: string,
  row: Readonly<Record<string, unknown>>,
): Promise<void> {
  const names = Object.keys(row);
  const places = names.map((_, index) => `$${index + 1}`);
  await sql.query(
    `insert into ${table} (${names.join(", ")}) values (${places.join(", ")})`,
    Object.values(row),
  );
}

/** Runs a statement that must change a row; that it does not is a bug of the caller. */
export async function changeRow(
  sql: Sql,
  statement: string,
  values: readonly unknown[],
): Promise<void> {
  const { rows } = await sql.query(`${statement} returning 1`, values);
  if (rows.length === 0) throw new Bug(`nothing to change: ${statement.slice(0, 60).trim()}`);
}
