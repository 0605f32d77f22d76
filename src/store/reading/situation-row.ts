/** Makes situations of what the database says about a migration, with its record or only with the record's stamp. */
import { z } from "zod";
import type { MigrationId } from "../../domain/ids.ts";
import type { MigrationRecord } from "../../domain/migrations/record.ts";
import type { Situation } from "../../domain/migrations/situation.ts";
import { MemberRole } from "../../domain/people/person.ts";
import { remember } from "./recall.ts";
import { parseRecord } from "./record-row.ts";

const LookRow = z.object({
  id: z.string().brand<"MigrationId">(),
  stamp: z.string(),
  heldRoles: z.array(MemberRole),
  roles: z.array(MemberRole),
});
const LoadRow = LookRow.extend({ record: z.string() });

/** A migration that was looked at, whose record may be known. */
export interface Look {
  readonly id: MigrationId;
  readonly stamp: string;
  /** What is the case when this is still its record. */
  situationOf(record: MigrationRecord): Situation;
}

export function parseLook(row: unknown): Look {
  const { id, stamp, heldRoles, roles } = LookRow.parse(row);
  const held = new Set(heldRoles);
  return { id, stamp, situationOf: (record) => ({ record, heldRoles: held, roles }) };
}

/** The situation of a row that has its record, which is remembered. */
export function parseSituation(row: unknown): Situation {
  const { id, stamp, record: text, heldRoles, roles } = LoadRow.parse(row);
  const record = parseRecord(text);
  remember(id, { stamp, record, length: text.length });
  return { record, heldRoles: new Set(heldRoles), roles };
}
