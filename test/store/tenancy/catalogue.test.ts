import { afterEach, describe, expect, test } from "vitest";
import { createDatabase } from "../../support/database.ts";
import { findTenancyProblems, LOOK_UPS, SHARED } from "./catalogue.ts";

const database = await createDatabase();
const problems = () => findTenancyProblems(async (sql) => await database.asOwner(sql));

test("every table, policy, grant, role, function, view and foreign key keeps organisations apart", async () => {
  expect(await problems()).toEqual([]);
});

test.each(Object.entries(SHARED))("%s is shared for a reason: %s", async (table) => {
  const [found] = await database.asOwner(`select to_regclass('cleargate.${table}') as there`);

  expect(found?.there).toBe(table);
});

test.each(Object.entries(LOOK_UPS))("%s answers nothing but ids", (_name, { answers }) => {
  const columns = /^TABLE\((.*)\)$/.exec(answers)?.[1]?.split(", ") ?? [`its_id ${answers}`];

  for (const column of columns) expect(column).toMatch(/^\w+_(id|ref) (uuid|text)$/);
});

describe("the catalogue with", () => {
  let undo = "";
  afterEach(async () => {
    await database.asOwner(undo);
    expect(await problems()).toEqual([]);
  });

  test.each([
    [
      "a new table that nobody isolated",
      "create table strays (organisation_id uuid)",
      "drop table strays",
      "strays has no forced row security",
    ],
    [
      "a new table without an organisation",
      "create table loose (id uuid)",
      "drop table loose",
      "loose is in no list and names no organisation",
    ],
    [
      "row level security switched off",
      "alter table sign_offs disable row level security",
      "alter table sign_offs enable row level security",
      "sign_offs has no forced row security",
    ],
    [
      "a table whose owner is not bound",
      "alter table answers no force row level security",
      "alter table answers force row level security",
      "answers has no forced row security",
    ],
    [
      "an isolated table without its policy",
      "create table half (organisation_id uuid); alter table half enable row level security, force row level security",
      "drop table half",
      "missing policy: half: ALL for cleargate_app",
    ],
    [
      "a policy that lets everything through",
      "create policy wide on people to cleargate_app using (true)",
      "drop policy wide on people",
      "unknown policy: people: ALL for cleargate_app using (true)",
    ],
    [
      "a policy for everybody",
      "create policy wide on evidence for select using (true)",
      "drop policy wide on evidence",
      "unknown policy: evidence: SELECT for public using (true)",
    ],
    [
      "a look-up that another than the owner may use",
      "create policy look_up on contacts for select to cleargate_app using (true)",
      "drop policy look_up on contacts",
      "unknown policy: contacts: SELECT for cleargate_app using (true)",
    ],
    [
      "a look-up whose owner may not look",
      "alter policy look_up on migrations rename to elsewhere",
      "alter policy elsewhere on migrations rename to look_up",
      "missing policy: migrations: SELECT for the owner",
    ],
    [
      "loops that see who a person is",
      "grant select (name) on people to cleargate_loops",
      "revoke select (name) on people from cleargate_loops",
      "cleargate_loops may SELECT (name) on people",
    ],
    [
      "loops that see more columns",
      "grant select on workspaces to cleargate_loops",
      "revoke select on workspaces from cleargate_loops; grant select (id, organisation_id, ref, surface) on workspaces to cleargate_loops",
      "cleargate_loops may SELECT, SELECT (id, organisation_id, ref, surface) on workspaces",
    ],
    [
      "everybody reading a table",
      "grant select on outbox to public",
      "revoke select on outbox from public",
      "public may SELECT on outbox",
    ],
    [
      "an app that may truncate",
      "grant truncate on evidence to cleargate_app",
      "revoke truncate on evidence from cleargate_app",
      "on evidence",
    ],
    [
      "an app that owns a table",
      "alter table contacts owner to cleargate_app",
      "alter table contacts owner to cleargate_owner",
      "cleargate_app owns contacts",
    ],
    [
      "a function that passes the fence by an open path",
      "create function peek() returns uuid language sql security definer return (select id from people limit 1)",
      "drop function peek",
      "peek has no pinned search_path",
    ],
    [
      "a function that passes the fence and answers words",
      "create function peek() returns text language sql security definer set search_path = cleargate, pg_temp return (select name from people limit 1)",
      "drop function peek",
      "peek answers text past the fence",
    ],
    [
      "a function that everybody may call",
      "grant execute on function organisation_of_migration to public",
      "revoke execute on function organisation_of_migration from public",
      "organisation_of_migration may be called by cleargate_app, public",
    ],
    [
      "a view that reads as its owner",
      "create view everyone as select * from people",
      "drop view everyone",
      "the view everyone reads as its owner",
    ],
    [
      "a foreign key across organisations",
      "alter table contacts add constraint loose foreign key (migration_id) references migrations (id)",
      "alter table contacts drop constraint loose",
      "loose may refer to another organisation",
    ],
  ])("%s is refused", async (_what, plant, remove, says) => {
    undo = remove;
    await database.asOwner(plant);

    expect((await problems()).join("\n")).toContain(says);
  });
});
