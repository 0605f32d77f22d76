/** When nothing joins: what the application says, and what the database itself does not do. */
import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { WorkspaceId } from "../../../src/domain/ids.ts";
import { hashJoinCode } from "../../../src/domain/organisations/joining.ts";
import { hashLinkCode } from "../../../src/domain/people/linking.ts";
import type { Person } from "../../../src/domain/people/person.ts";
import { aMigration, anOffice, type Office } from "../../support/people.ts";
import { ADMIN, openTwo, textOf } from "./two-organisations.ts";

const two = await openTwo();
const { store, asOwner, asApp, begin, profiles, meet, say, codeOf, join } = two;
const { homeOf, factsOf } = two;
const NOW = new Date("2026-03-02T09:00:00Z");

let alpha: Office;
let bravo: Office;
let ada: Person;
let bea: Person;
beforeEach(async () => {
  ({ alpha, bravo, ada, bea } = await begin());
});

describe("it is refused", () => {
  it("to whoever administers no workspace, on both sides", async () => {
    const [anna, anton] = [await meet(alpha, "Anna"), await meet(bravo, "Anton")];
    const code = await codeOf(ada);

    expect(textOf(await say(anna, "join"))).toContain("Only an administrator");
    expect(textOf(await say(anton, `join ${code}`))).toContain("Only an administrator");
    const confirmed = await say(anton, { type: "ConfirmJoin", code: hashJoinCode(code) });
    expect(textOf(confirmed)).toContain("Only an administrator");
  });

  it("when who had the code shown is an administrator no more", async () => {
    const code = hashJoinCode(await codeOf(ada));
    profiles.set(ada.identity.userId, { ...ada.profile, isAdministrator: false });

    expect(textOf(await say(bea, { type: "ConfirmJoin", code }))).toContain("mistyped");
    expect(await homeOf(bravo)).toBe(bravo.organisationId);
  });

  it("to an organization with migrations, which hears what to do, also when it opened one just now", async () => {
    const code = await codeOf(ada);
    expect((await say(bea, `join ${code}`)).kind).toBe("form");
    await aMigration(store, bea);
    const answer = textOf(await say(bea, { type: "ConfirmJoin", code: hashJoinCode(code) }));

    expect(answer).toContain("1 migration of its own");
    expect(answer).toContain("before its first migration");
    expect(await homeOf(bravo)).toBe(bravo.organisationId);
    expect(await factsOf(bravo, "WorkspaceLeft")).toEqual([]);
    expect(await join(bea, ada)).toContain("Joined.");
  });

  it("or the migration is, when both happen at the same moment", async () => {
    for (let round = 0; round < 4; round++) {
      const [one, two] = [await anOffice(store), await anOffice(store)];
      const [a, b] = [await meet(one, "A", ADMIN), await meet(two, "B", ADMIN)];
      const code = hashJoinCode(await codeOf(a));
      const [answer, opened] = await Promise.all([
        say(b, { type: "ConfirmJoin", code }).then(textOf),
        aMigration(store, b).then(
          () => true,
          () => false,
        ),
      ]);
      expect([answer.includes("Joined."), opened].filter(Boolean)).toHaveLength(1);
    }
  });

  it("to the web chat, which nobody joins either", async () => {
    const web = await anOffice(store, { surface: "web", workspaceRef: `local-${randomUUID()}` });
    const wanda = await meet(web, "Wanda", ADMIN);
    const code = await codeOf(ada);

    expect(textOf(await say(wanda, "join"))).toContain("does not check who its people are");
    expect(textOf(await say(wanda, `join ${code}`))).toContain("does not check who its people are");
    await asOwner(
      "insert into workspaces (id, organisation_id, surface, ref) values ($1, $2, 'web', $3)",
      [WorkspaceId.parse(randomUUID()), alpha.organisationId, `local-${randomUUID()}`],
    );
    const answer = await say(bea, { type: "ConfirmJoin", code: hashJoinCode(code) });
    expect(textOf(answer)).toContain("does not check who its people are");
  });

  it("when a token of its app cannot be opened here, and nothing is lost", async () => {
    const code = hashJoinCode(await codeOf(ada));
    await asOwner(
      `insert into slack_installations (workspace_id, organisation_id, app_id, is_org_wide,
         bot_user_id, scopes, installed_at, installed_by)
       values ($1, $2, 'A1', false, 'U1', '{}', now(), 'U2')`,
      [bravo.workspaceId, bravo.organisationId],
    );
    await asOwner(
      `insert into slack_tokens (workspace_id, organisation_id, key_id, wrapped_key, key_version,
         bot_token) values ($1, $2, 'k1', '\\x00', 'v', '\\x00')`,
      [bravo.workspaceId, bravo.organisationId],
    );
    const answer = textOf(await say(bea, { type: "ConfirmJoin", code }));

    expect(answer).toContain(`token of ${bravo.workspaceRef} cannot be taken along`);
    expect(await homeOf(bravo)).toBe(bravo.organisationId);
    const kept = await asOwner("select 1 from slack_tokens where organisation_id = $1", [
      bravo.organisationId,
    ]);
    expect(kept).toHaveLength(1);
  });
});

describe("the database itself", () => {
  const move = (office: Office, hash: string, at = NOW) =>
    asApp(office, async (session) => {
      await session.query("begin");
      const { rows } = await session.query("select * from move_workspaces($1, $2)", [hash, at]);
      await session.query("rollback");
      return rows;
    });

  /** An organization of a workspace alone, since the rows of people go before it is moved. */
  const bare = () => anOffice(store);

  it("moves a workspace for a good code and for nothing else", async () => {
    const empty = await bare();
    const code = hashJoinCode(await codeOf(ada));
    expect(await move(empty, code)).toEqual([
      { workspace_id: empty.workspaceId, organisation_id: alpha.organisationId },
    ]);

    expect(await move(empty, hashJoinCode("00000-00000"))).toEqual([]);
    expect(await move(empty, code, new Date("2026-03-02T09:10:00Z"))).toEqual([]);
    expect(await move(alpha, code)).toEqual([]);
    await asOwner("update link_codes set spent_at = now() where code_hash = $1", [code]);
    expect(await move(empty, code)).toEqual([]);
    expect(await move(empty, hashLinkCode(await codeOf(ada, "link")))).toEqual([]);
  });

  it("moves nothing of the web chat and nothing with a migration", async () => {
    const code = hashJoinCode(await codeOf(ada));
    const web = await anOffice(store, { surface: "web", workspaceRef: `local-${randomUUID()}` });
    expect(await move(web, code)).toEqual([]);
    const empty = await bare();
    await asOwner(
      `insert into migrations (id, organisation_id, customer, industry, time_zone, opened_at)
       values ($1, $2, 'x', 'y', 'UTC', now())`,
      [randomUUID(), empty.organisationId],
    );
    expect(await move(empty, code)).toEqual([]);
  });

  it("moves no workspace whose people still have rows in the organization it leaves", async () => {
    const code = hashJoinCode(await codeOf(ada));
    await expect(move(bravo, code)).rejects.toThrow("identities_outside_workspace");
  });

  it("lets no request move a workspace by hand, and no loop call the function", async () => {
    const empty = await bare();
    await expect(
      asApp(empty, (session) =>
        session.query("update workspaces set organisation_id = $1", [alpha.organisationId]),
      ),
    ).rejects.toThrow("row-level security");
    await expect(
      asApp(
        empty,
        (session) => session.query("select move_workspaces('x', now())"),
        "cleargate_loops",
      ),
    ).rejects.toThrow("permission denied");
  });

  it("refuses whatever was on its way when the workspace joined, as something to try again", async () => {
    await join(ada, bea);

    await expect(meet(bravo, "Late")).rejects.toThrow("since a moment ago");
    const nobody = { surface: "slack", workspaceId: bravo.workspaceId, channelId: "C1" } as const;
    await expect(aMigration(store, bea)).rejects.toThrow("40001");
    await expect(aMigration(store, bea, { channel: nobody })).rejects.toThrow("40001");
  });
});
