/** Joining two organizations through the whole application on a real database, with a clock of the test. */
import { beforeEach, describe, expect, it } from "vitest";
import { recognise } from "../../../src/app/people/recognise.ts";
import { hashJoinCode } from "../../../src/domain/organisations/joining.ts";
import { hashLinkCode, writeLinkCode } from "../../../src/domain/people/linking.ts";
import type { Person } from "../../../src/domain/people/person.ts";
import { openStore } from "../../../src/store/open-store.ts";
import { migrationsDir } from "../../support/database.ts";
import { aMigration, anOffice, type Office } from "../../support/people.ts";
import { ADMIN, openTwo, textOf } from "./two-organisations.ts";

const two = await openTwo();
const { store, asOwner, asApp, appUrl, ownerUrl, at, begin, meet, say, codeOf, join } = two;
const { homeOf, factsOf, expectWhole } = two;

let alpha: Office;
let bravo: Office;
let ada: Person;
let bea: Person;
beforeEach(async () => {
  ({ alpha, bravo, ada, bea } = await begin());
});

describe("a workspace that joins", () => {
  it("is asked first, with the names of both sides, what ends and that it is for good", async () => {
    await meet(bravo, "Carl", { roles: ["security_lead"] });
    const form = textOf(await say(bea, `join ${await codeOf(ada)}`));

    expect(form).toContain(`Alpha Inc. (Slack ${alpha.workspaceRef})`);
    expect(form).toContain(`Slack ${bravo.workspaceRef}`);
    expect(form).toContain("Ada (ada@ours.example)");
    expect(form).toContain("Carl: security lead");
    expect(form).toContain("cannot be undone");
    expect(await homeOf(bravo)).toBe(bravo.organisationId);
  });

  it("belongs to the other organization, both ledgers say who wanted it, and both are whole", async () => {
    const carl = await meet(bravo, "Carl", { roles: ["security_lead"] });
    const dora = await meet(alpha, "Dora", { roles: ["legal_counsel"] });
    expect(await join(ada, bea)).toContain("Joined.");

    expect(await homeOf(bravo)).toBe(alpha.organisationId);
    expect(await factsOf(bravo, "WorkspaceLeft")).toMatchObject([
      { to: alpha.organisationId, invitedBy: ada.id, actor: { person: bea.id } },
    ]);
    const [joined] = await factsOf(alpha, "WorkspaceJoined");
    const people = await store.read(alpha.organisationId, (reading) => reading.people());
    const beaHere = people.find(({ name }) => name === "Bea");
    expect(joined).toMatchObject({ from: bravo.organisationId, invitedBy: ada.id });
    expect(joined).toMatchObject({ actor: { person: beaHere?.id } });
    expect(beaHere?.id).not.toBe(bea.id);

    await say(carl, "people");
    const after = await store.read(alpha.organisationId, (reading) => reading.people());
    expect(after.find(({ name }) => name === "Carl")?.roles).toEqual([]);
    expect(after.find(({ name }) => name === "Dora")?.roles).toEqual(dora.roles);
    expect(await store.read(bravo.organisationId, (reading) => reading.people())).toEqual([]);
    await expectWhole(alpha);
    await expectWhole(bravo);
    const told = await asOwner("select message, recipient from outbox where organisation_id = $1", [
      alpha.organisationId,
    ]);
    expect(told).toHaveLength(1);
    expect(String(told[0]?.message)).toMatch(/joined this organization: Ada .* Bea/);
    expect(told[0]?.recipient).toEqual({ kind: "person", personId: ada.id });
  });

  it("sees nothing of a third organization, and a third one nothing of it", async () => {
    const other = await anOffice(store);
    await meet(other, "Otto");
    await aMigration(store, await meet(alpha, "Mia"));
    await join(ada, bea);
    for (const office of [alpha, bravo, other]) {
      const seen = await asApp(office, async (session) => {
        const tables = await session.query(
          `select table_name as name from information_schema.columns
           where table_schema = 'cleargate' and column_name = 'organisation_id'`,
        );
        const ids = new Set<string>();
        for (const { name } of tables.rows) {
          const { rows } = await session.query(
            `select distinct organisation_id as id from ${name}`,
          );
          for (const { id } of rows) ids.add(id);
        }
        return ids;
      });
      expect([...seen]).toEqual([office.organisationId]);
    }
    expect(await homeOf(other)).toBe(other.organisationId);
  });

  it("is found at once by another process that knew it before, also by its people", async () => {
    const second = await openStore({ ownerUrl, appUrl, migrationsDir, deadlineMs: 15_000 });
    const where = { surface: bravo.surface, workspaceRef: bravo.workspaceRef };
    expect((await second.organisationOf(where)).organisationId).toBe(bravo.organisationId);
    await join(ada, bea);

    expect((await second.organisationOf(where)).organisationId).toBe(alpha.organisationId);
    await second.close();
  });

  it("links its people's accounts with those of the other, as one organization does", async () => {
    const [anna, anton] = [await meet(alpha, "Anna"), await meet(bravo, "Anton")];
    const before = await codeOf(anna, "link");
    const refused = textOf(await say(anton, `link ${before}`));
    expect(refused).toContain("/compliance join");
    await join(ada, bea);

    const code = await codeOf(anna, "link");
    expect((await say(anton, `link ${code}`)).kind).toBe("form");
    const linked = await say(anton, { type: "ConfirmLink", code: hashLinkCode(code) });
    expect(textOf(linked)).toContain("Linked.");
    await expectWhole(alpha);
  });

  it("brings along who was ever found to be one human being, linked or taken apart", async () => {
    const [c, d, e] = [
      await meet(bravo, "C"),
      await meet(bravo, "D"),
      await meet(bravo, "E", { profile: { isAdministrator: true } }),
    ];
    for (const joins of [d, e]) {
      const code = hashLinkCode(await codeOf(c, "link"));
      expect(textOf(await say(joins, { type: "ConfirmLink", code }))).toContain("Linked.");
    }
    const { workspaceId: workspace, userId: user } = d.identity;
    await say(c, { type: "UnlinkIdentity", workspace, user });
    expect(await join(ada, e)).toContain("Joined.");

    const [here, apart, linked] = await Promise.all(
      [c, d, e].map((one) =>
        store.read(alpha.organisationId, (reading) => reading.personOf(one.identity)),
      ),
    );
    expect(linked?.id).toBe(here?.id);
    expect(apart?.id).not.toBe(here?.id);
    expect(apart?.humanId).toBe(here?.humanId);
    const [joined] = await factsOf(alpha, "WorkspaceJoined");
    expect(joined).toMatchObject({ actor: { person: here?.id } });
    await expectWhole(alpha);
    await expectWhole(bravo);
  });

  it("brings the workspaces that joined it before, and those may not come back", async () => {
    const charlie = await anOffice(store);
    const cleo = await meet(charlie, "Cleo", ADMIN);
    expect(await join(bea, cleo)).toContain("Joined.");
    expect(await join(ada, bea)).toContain("Joined.");

    expect([await homeOf(bravo), await homeOf(charlie)]).toEqual([
      alpha.organisationId,
      alpha.organisationId,
    ]);
    expect(await join(ada, cleo)).toContain("belongs to that organization already");
    await expectWhole(alpha);
    await expectWhole(bravo);
    await expectWhole(charlie);
  });

  it("leaves nothing behind that is sent to its people as they were", async () => {
    await store.write(bravo.organisationId, null, (writing) =>
      writing.deliver([
        {
          lane: "interactive",
          to: { kind: "person", personId: bea.id },
          message: { headline: "Old news." },
        },
      ]),
    );
    await join(ada, bea);
    const rows = await asOwner("select state from outbox where organisation_id = $1", [
      bravo.organisationId,
    ]);
    expect(rows).toEqual([{ state: "dropped" }]);
  });
});

describe("a code", () => {
  it("works for ten minutes", async () => {
    const code = await codeOf(ada);
    at("2026-03-02T09:09:59Z");
    expect((await say(bea, `join ${code}`)).kind).toBe("form");
    at("2026-03-02T09:10:00Z");
    expect(textOf(await say(bea, `join ${code}`))).toContain("too old");
    expect(textOf(await say(bea, { type: "ConfirmJoin", code: hashJoinCode(code) }))).toContain(
      "too old",
    );
    expect(await homeOf(bravo)).toBe(bravo.organisationId);
  });

  it("works once, also when two organizations type it at the same moment", async () => {
    const charlie = await anOffice(store);
    const cleo = await meet(charlie, "Cleo", ADMIN);
    const code = hashJoinCode(await codeOf(ada));
    const answers = await Promise.all(
      [bea, cleo].map((one) => say(one, { type: "ConfirmJoin", code })),
    );

    expect(answers.filter((answer) => textOf(answer).includes("Joined."))).toHaveLength(1);
    expect(await factsOf(alpha, "WorkspaceJoined")).toHaveLength(1);
    await Promise.all([alpha, bravo, charlie].map(expectWhole));
  });

  it("finds nobody in the organization that somebody has just left", async () => {
    const dan = await meet(bravo, "Dan");
    await join(ada, bea);
    const left = bravo.organisationId;
    for (const { identity } of [bea, dan])
      expect(await recognise(two.deps, left, { identity, forDecision: true })).toEqual({
        refused: "identity_unconfirmed",
        why: "moved",
      });
    expect(await factsOf(bravo, "PersonRecognised")).toHaveLength(2);
    await expectWhole(bravo);
  });

  it("that crosses another leaves one organization and no error", async () => {
    const [ours, theirs] = [hashJoinCode(await codeOf(ada)), hashJoinCode(await codeOf(bea))];
    const answers = await Promise.all([
      say(bea, { type: "ConfirmJoin", code: ours }),
      say(ada, { type: "ConfirmJoin", code: theirs }),
    ]);

    expect(answers.filter((answer) => textOf(answer).includes("Joined."))).toHaveLength(1);
    expect(await homeOf(alpha)).toBe(await homeOf(bravo));
  });

  it("stands nowhere in the database", async () => {
    const code = await codeOf(ada);
    const rows = await asOwner("select 1 from link_codes t where t::text like $1", [`%${code}%`]);
    const kept = await asOwner("select 1 from link_codes where code_hash = $1", [
      hashJoinCode(code),
    ]);
    expect([rows.length, kept.length]).toEqual([0, 1]);
  });

  it("that links accounts joins nothing, and the other way round", async () => {
    const [anna, bert] = [await meet(alpha, "Anna"), await meet(alpha, "Bert")];
    expect(textOf(await say(bea, `join ${await codeOf(anna, "link")}`))).toContain("mistyped");
    const linkHash = hashLinkCode(await codeOf(ada, "link"));
    expect(textOf(await say(bea, { type: "ConfirmJoin", code: linkHash }))).toContain("mistyped");
    const joinHash = hashJoinCode(await codeOf(ada));
    expect(textOf(await say(bert, { type: "ConfirmLink", code: joinHash }))).toContain("mistyped");
    expect(await homeOf(bravo)).toBe(bravo.organisationId);
  });

  it("five that do not fit make the administrator wait, also with the right one, also all at once", async () => {
    const code = await codeOf(ada);
    const guesses = Array.from({ length: 12 }, (_, n) => hashJoinCode(writeLinkCode(`guess ${n}`)));
    const answers = await Promise.all(
      guesses.map((guess) => say(bea, { type: "ConfirmJoin", code: guess })),
    );

    expect(answers.filter((answer) => textOf(answer).includes("mistyped"))).toHaveLength(5);
    expect(textOf(await say(bea, `join ${code}`))).toMatch(/wait 15 minutes/);
    at("2026-03-02T09:15:01Z");
    expect((await say(bea, `join ${await codeOf(ada)}`)).kind).toBe("form");
  });
});
