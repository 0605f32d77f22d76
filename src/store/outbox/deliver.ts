/** Outbox rows, written in the transaction that causes the messages. */
import type { Delivery } from "../../app/ports.ts";
import { canonicalJson, hashOf, type Json } from "../../domain/audit/canonical.ts";
import { Bug } from "../../domain/fault.ts";
import type { OrganisationId } from "../../domain/ids.ts";
import type { Sql } from "../pool.ts";

interface Row {
  readonly lane: Delivery["lane"];
  readonly recipient: string;
  readonly target: string;
  readonly message: string;
  readonly key: string | null;
  readonly editOnly: boolean;
  readonly digest: string;
}

/** Where no home is among them, they have been sent when it returns. `whenSent` is called when all have been sent. */
export async function deliver(
  sql: Sql,
  organisation: OrganisationId,
  given: { readonly deliveries: readonly Delivery[]; readonly whenSent?: () => void },
): Promise<void> {
  const found = given.deliveries.map((delivery) => rowsOf(sql, delivery));
  const rows = found.every(Array.isArray) ? found.flat() : (await Promise.all(found)).flat();
  const sent = rows.map((row) => foldOrInsert(sql, organisation, row));
  given.whenSent?.();
  await Promise.all(sent);
}

function rowsOf(sql: Sql, delivery: Delivery): readonly Row[] | Promise<readonly Row[]> {
  // JSON leaves out what is undefined, and what was a class or a function would be a bug of ours.
  const message: Json = JSON.parse(JSON.stringify(delivery.message));
  const text = canonicalJson(message);
  if (/(?<!\\)(?:\\\\)*\\u0000/.test(text)) throw new Bug("a message holds the character U+0000");
  const row = {
    lane: delivery.lane,
    recipient: JSON.stringify(delivery.to),
    message: text,
    key: delivery.key ?? null,
    editOnly: delivery.editOnly ?? false,
    digest: delivery.digest ?? hashOf(message),
  };
  const { to } = delivery;
  if (to.kind === "channel") {
    return [{ ...row, target: `channel:${to.channel.workspaceId}:${to.channel.channelId}` }];
  }
  if (to.kind === "person") return [{ ...row, target: `person:${to.personId}` }];
  return homesOf(sql, to.personId, row);
}

/** A home stands on every surface where the person is known; only its newest version counts. */
async function homesOf(
  sql: Sql,
  personId: string,
  row: Omit<Row, "target">,
): Promise<readonly Row[]> {
  const { rows } = await sql.query(
    `select workspace_id || ':' || user_id as place from identities
     where person_id = $1 order by last_seen_at desc, user_id`,
    [personId],
  );
  return rows.flatMap((found) => {
    if (typeof found !== "object" || found === null || !("place" in found)) return [];
    const target = `home:${found.place}`;
    return [{ ...row, target, key: row.key ? `${row.key}@${target}` : target }];
  });
}

/**
 * Puts the newer message into a row that still waits, at the older row's place. A row that is on its way, or
 * that may have arrived, keeps what it said, and so does one without a key.
 */
async function foldOrInsert(sql: Sql, organisation: OrganisationId, row: Row): Promise<void> {
  await sql.query(
    `with folded as (
       update outbox set message = $4, digest = $5, edit_only = edit_only and $6, recipient = $7
       where id = (select max(id) from outbox
           where organisation_id = $1 and key = $2 and state = 'waiting')
         and target = $3 and lane = $8 and state = 'waiting' and lease_until is null
         and not uncertain
       returning 1
     )
     insert into outbox
       (organisation_id, lane, recipient, target, message, key, edit_only, digest)
     select $1, $8, $7, $3, $4, $2, $6, $5 where not exists (select from folded)`,
    [
      organisation,
      row.key,
      row.target,
      row.message,
      row.digest,
      row.editOnly,
      row.recipient,
      row.lane,
    ],
  );
}
