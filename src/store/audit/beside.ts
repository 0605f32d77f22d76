/** The personal part that stands beside an exported entry: given, erased, or held by counsel. */
import { z } from "zod";
import { Instant, type OrganisationId, Sha256 } from "../../domain/ids.ts";
import type { Sql } from "../pool.ts";

export type Beside =
  | { readonly salt: string; readonly body: string }
  | { readonly erasedAt: string }
  /** Privileged: neither the part nor what it would take to guess it. */
  | { readonly held: "by counsel" };

const Entry = z.object({
  type: z.string(),
  personal: Sha256,
  kind: z.string().optional(),
  requirement: z.string().optional(),
  question: z.string().optional(),
});
type Entry = z.infer<typeof Entry>;

const Part = z.object({
  commitment: z.string(),
  salt: z.instanceof(Buffer).nullable(),
  body: z.string().nullable(),
  erased: Instant.nullable(),
});

/** Questions whose answers stay with counsel, in any version of a workflow that was ever in use. */
export async function loadPrivileged(sql: Sql): Promise<ReadonlySet<string>> {
  const { rows } = await sql.query(
    `select distinct requirement ->> 'name' as requirement, question ->> 'id' as question
     from workflow_definitions
       cross join jsonb_array_elements(body::jsonb -> 'requirements') requirement
       cross join jsonb_array_elements(coalesce(requirement -> 'ask', '[]')) question
     where question -> 'restricted' = 'true'`,
  );
  const Row = z.object({ requirement: z.string(), question: z.string() });
  return new Set(z.array(Row).parse(rows).map(nameOf));
}

function nameOf({ requirement, question }: Pick<Entry, "requirement" | "question">): string {
  return `${requirement}/${question}`;
}

/** One for each entry, in their order; undefined where an entry commits to none, or the part is gone. */
export async function loadBeside(
  sql: Sql,
  organisation: OrganisationId,
  about: {
    readonly page: readonly { readonly entry: string }[];
    readonly privileged: ReadonlySet<string>;
  },
): Promise<readonly (Beside | undefined)[]> {
  const entries = about.page.map(({ entry }) => readEntry(entry));
  const commitments = entries.flatMap((entry) => (entry ? [entry.personal] : []));
  if (commitments.length === 0) return [];
  const { rows } = await sql.query(
    `select encode(commitment, 'hex') as commitment, salt, body, instant(erased_at) as erased
     from ledger_personal where organisation_id = $1
       and commitment = any(select decode(given, 'hex') from unnest($2::text[]) as given)`,
    [organisation, commitments],
  );
  const parts = new Map(
    z
      .array(Part)
      .parse(rows)
      .map((part) => [part.commitment, part]),
  );
  return entries.map((entry) => {
    const part = entry && parts.get(entry.personal);
    return part && besideOf(part, { isHeld: isHeld(entry, about.privileged) });
  });
}

/** An entry that somebody has damaged has no part to go with it. */
function readEntry(text: string): Entry | undefined {
  try {
    return Entry.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function isHeld(entry: Entry, privileged: ReadonlySet<string>): boolean {
  if (entry.type === "EvidenceAdded") return entry.kind === "held";
  return entry.type === "AnswerGiven" && privileged.has(nameOf(entry));
}

function besideOf(
  { salt, body, erased }: z.infer<typeof Part>,
  { isHeld: held }: { readonly isHeld: boolean },
): Beside | undefined {
  if (erased !== null) return { erasedAt: erased };
  if (held) return { held: "by counsel" };
  return salt && body !== null ? { salt: salt.toString("base64"), body } : undefined;
}
