/** Table changes of the facts about answers, evidence and attestations: each makes a new version of its item. */
import type { EvidenceFact, Fact } from "../../domain/facts.ts";
import { Bug } from "../../domain/fault.ts";
import type { MigrationId, RequirementName } from "../../domain/ids.ts";
import type { Sql } from "../pool.ts";
import { actorColumns, actorOf, type FactOf, type Projectors, type Recorded } from "./projector.ts";

export const itemProjectors: Projectors<EvidenceFact> = {
  AnswerGiven: projectAnswerGiven,
  AnswerWithdrawn: projectAnswerWithdrawn,
  EvidenceAdded: projectEvidenceAdded,
  EvidenceRemoved: projectEvidenceRemoved,
  AttestationReceived: projectAttestationReceived,
  RequirementReopened: projectRequirementReopened,
};

type OfRequirement = Recorded<
  Fact & { readonly migrationId: MigrationId; readonly requirement: RequirementName }
>;

const ITEM = {
  /** Made if nobody touched it yet, without a new version. */
  touched: `insert into requirement_items (organisation_id, migration_id, requirement)
    values ($1, $2, $3) on conflict do nothing`,
  grown: `insert into requirement_items as item (organisation_id, migration_id, requirement, version)
    values ($1, $2, $3, 1)
    on conflict (migration_id, requirement) do update set version = item.version + 1`,
};

/** Inserts a row of an item together with the item, or with the item's new version, in one statement. */
export async function insertOfItem(
  sql: Sql,
  recorded: OfRequirement,
  what: {
    readonly item: keyof typeof ITEM;
    readonly table: string;
    readonly row: Readonly<Record<string, unknown>>;
  },
): Promise<void> {
  const row = { ...itemColumns(recorded), ...what.row };
  const places = Object.keys(row).map((_, index) => `$${index + 1}`);
  await sql.query(
    `with item as (${ITEM[what.item]})
     insert into ${what.table} (${Object.keys(row).join(", ")}) values (${places.join(", ")})`,
    Object.values(row),
  );
}

async function growItem(sql: Sql, recorded: OfRequirement): Promise<void> {
  await sql.query(ITEM.grown, Object.values(itemColumns(recorded)));
}

/** A new version of each item, with the reason why a signature no longer counts. */
export async function reopenItems(
  sql: Sql,
  { organisationId, at, fact }: Recorded<Fact & { readonly migrationId: MigrationId }>,
  what: { readonly requirements: readonly RequirementName[]; readonly reason: string },
): Promise<void> {
  await sql.query(
    `insert into requirement_items as item
       (organisation_id, migration_id, requirement, version, reopened_reason, reopened_at)
     select $1, $2, name, 1, $4, $5 from unnest($3::text[]) as name
     on conflict (migration_id, requirement) do update set version = item.version + 1,
       reopened_reason = excluded.reopened_reason, reopened_at = excluded.reopened_at`,
    [organisationId, fact.migrationId, what.requirements, what.reason, at],
  );
}

/** The columns that every row of an item has, in the order in which the item itself takes them. */
function itemColumns({ organisationId, fact }: OfRequirement) {
  return {
    organisation_id: organisationId,
    migration_id: fact.migrationId,
    requirement: fact.requirement,
  };
}

async function projectAnswerGiven(
  sql: Sql,
  recorded: Recorded<FactOf<"AnswerGiven">>,
): Promise<void> {
  await insertOfItem(sql, recorded, {
    item: "grown",
    table: "answers",
    row: {
      question: recorded.fact.question,
      value: JSON.stringify(recorded.fact.personal.value),
      ...actorColumns(actorOf(recorded)),
      given_at: recorded.at,
    },
  });
}

async function projectAnswerWithdrawn(
  sql: Sql,
  recorded: Recorded<FactOf<"AnswerWithdrawn">>,
): Promise<void> {
  await insertOfItem(sql, recorded, {
    item: "grown",
    table: "answers",
    row: {
      question: recorded.fact.question,
      value: null,
      ...actorColumns(actorOf(recorded)),
      given_at: recorded.at,
    },
  });
}

async function projectEvidenceAdded(
  sql: Sql,
  recorded: Recorded<FactOf<"EvidenceAdded">>,
): Promise<void> {
  const { fact } = recorded;
  await insertOfItem(sql, recorded, {
    item: "grown",
    table: "evidence",
    row: {
      id: fact.evidenceId,
      slot: fact.slot,
      kind: fact.kind,
      name: fact.personal.name,
      sha256: fact.sha256,
      bytes: fact.bytes,
      link: fact.personal.link,
      held_on: fact.heldOn,
      ...actorColumns(actorOf(recorded)),
      given_at: recorded.at,
    },
  });
}

async function projectEvidenceRemoved(
  sql: Sql,
  recorded: Recorded<FactOf<"EvidenceRemoved">>,
): Promise<void> {
  const { fact, at } = recorded;
  const grown = growItem(sql, recorded);
  const removed = sql.query(
    `with files as (
       update evidence set removed_by = $4, removed_at = $5
       where id = $3 and migration_id = $1 and requirement = $2 and removed_at is null returning 1
     ), words as (
       update attestations set removed_by = $4, removed_at = $5
       where id = $3 and migration_id = $1 and requirement = $2 and removed_at is null returning 1
     )
     select 1 from files union all select 1 from words`,
    [fact.migrationId, fact.requirement, fact.evidenceId, actorOf(recorded).personId, at],
  );
  const [, { rows }] = await Promise.all([grown, removed]);
  if (rows.length === 0) throw new Bug("the evidence to remove is not there");
}

async function projectAttestationReceived(
  sql: Sql,
  recorded: Recorded<FactOf<"AttestationReceived">>,
): Promise<void> {
  const { fact } = recorded;
  const { from, statement, documentName, link, about: named = [] } = fact.personal;
  const about = fact.about ?? null;
  await insertOfItem(sql, recorded, {
    item: "grown",
    table: "attestations",
    row: {
      id: fact.evidenceId,
      role: fact.role,
      form: fact.form,
      from_name: from.name,
      from_title: from.title,
      from_organisation: from.organisation,
      from_email: from.email,
      statement,
      confirmed_on: fact.confirmedOn,
      document_name: documentName,
      document_sha256: fact.documentSha256,
      document_link: link,
      controlled: fact.controlled,
      about: about && JSON.stringify(about),
      about_named: about && JSON.stringify(named),
      checked_how: fact.checked?.how ?? null,
      checked_on: fact.checked?.on ?? null,
      ...actorColumns(actorOf(recorded)),
      received_at: recorded.at,
    },
  });
}

async function projectRequirementReopened(
  sql: Sql,
  recorded: Recorded<FactOf<"RequirementReopened">>,
): Promise<void> {
  const { requirement, reason } = recorded.fact;
  await reopenItems(sql, recorded, { requirements: [requirement], reason });
}
