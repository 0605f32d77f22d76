/** Linking through the whole application on a real database, with a clock of the test. */
import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { converse } from "../../../src/app/conversation/converse.ts";
import type { Deps, Reply } from "../../../src/app/ports.ts";
import type { Command } from "../../../src/domain/command.ts";
import { WorkspaceId } from "../../../src/domain/ids.ts";
import { hashLinkCode, writeLinkCode } from "../../../src/domain/people/linking.ts";
import type { Person, Profile } from "../../../src/domain/people/person.ts";
import { createTestStore } from "../../support/database.ts";
import { actorOf, anOffice, aPerson, NOW, type Office, record } from "../../support/people.ts";

let now = new Date("2026-03-02T09:00:00Z");
const { store, asOwner } = await createTestStore({ clock: () => now });
const profiles = new Map<string, Profile>();
let secrets = 0;
const directory = (surface: "slack" | "web") => ({
  surface,
  lookUp: async ({ userId }: { readonly userId: string }) => profiles.get(userId) ?? null,
});
const deps: Deps = {
  store,
  clock: () => now,
  newId: randomUUID,
  newSecret: () => `secret ${secrets++}`,
  directories: new Map([
    ["slack", directory("slack")],
    ["web", directory("web")],
  ]),
  workflows: [],
  signingEmailDomains: [],
  reached: () => undefined,
  examinations: [],
};

let slack: Office;
let web: Office;

beforeEach(async () => {
  now = new Date("2026-03-02T09:00:00Z");
  slack = await anOffice(store);
  const workspaceId = WorkspaceId.parse(randomUUID());
  const workspaceRef = `local-${workspaceId}`;
  await asOwner(
    "insert into workspaces (id, organisation_id, surface, ref) values ($1, $2, 'web', $3)",
    [workspaceId, slack.organisationId, workspaceRef],
  );
  web = { ...slack, surface: "web", workspaceId, workspaceRef };
});

async function meet(
  office: Office,
  name: string,
  given: Parameters<typeof aPerson>[2] = {},
): Promise<Person> {
  const person = await aPerson(store, office, { name, ...given });
  profiles.set(person.identity.userId, person.profile);
  return person;
}

async function say(person: Person, command: Command | string): Promise<Reply> {
  return converse(deps, {
    identity: person.identity,
    place: { kind: "direct", channel: null },
    command: typeof command === "string" ? { type: "Text", text: command } : command,
    values: {},
    eventKey: randomUUID(),
    correlationId: randomUUID(),
  });
}

const textOf = (reply: Reply): string => JSON.stringify(reply);

async function codeOf(person: Person): Promise<string> {
  const shown = textOf(await say(person, "link"));
  const code = /compliance link ([0-9A-Z-]{11})/.exec(shown)?.[1];
  if (!code) throw new Error(shown);
  return code;
}

async function link(stays: Person, joins: Person): Promise<Reply> {
  const code = await codeOf(stays);
  await say(joins, `link ${code}`);
  return say(joins, { type: "ConfirmLink", code: hashLinkCode(code) });
}

const rolesOf = async (person: Person) =>
  (await store.read(person.organisationId, (reading) => reading.personOf(person.identity)))?.roles;

describe("a code", () => {
  it("works for ten minutes and once", async () => {
    const [anna, bert, carl] = [
      await meet(slack, "Anna"),
      await meet(web, "Bert"),
      await meet(web, "Carl"),
    ];
    const code = await codeOf(anna);
    now = new Date("2026-03-02T09:09:59Z");
    expect((await say(bert, `link ${code}`)).kind).toBe("form");
    now = new Date("2026-03-02T09:10:00Z");
    expect(textOf(await say(bert, `link ${code}`))).toContain("too old");
    expect(textOf(await say(bert, { type: "ConfirmLink", code: hashLinkCode(code) }))).toContain(
      "too old",
    );

    const next = hashLinkCode(await codeOf(anna));
    const both = await Promise.all(
      [bert, carl].map((person) => say(person, { type: "ConfirmLink", code: next })),
    );
    const linked = both.filter((reply) => textOf(reply).includes("Linked."));
    expect(linked).toHaveLength(1);
  });

  it("of another organization is refused with the reason, and says nothing else about it", async () => {
    const elsewhere = await anOffice(store);
    const code = await codeOf(await meet(elsewhere, "Otto"));
    const answer = await say(await meet(slack, "Anna"), `link ${code}`);

    expect(textOf(answer)).toContain("another organization");
    expect(textOf(answer)).not.toContain("Otto");
  });

  it("five that do not fit make the person wait, also with the right one, also all at once", async () => {
    const [anna, bert] = [await meet(slack, "Anna"), await meet(web, "Bert")];
    const code = await codeOf(anna);
    const guesses = Array.from({ length: 20 }, (_, n) => hashLinkCode(writeLinkCode(`guess ${n}`)));
    const answers = await Promise.all(
      guesses.map((guess) => say(bert, { type: "ConfirmLink", code: guess })),
    );

    expect(answers.filter((answer) => textOf(answer).includes("mistyped"))).toHaveLength(5);
    expect(textOf(await say(bert, `link ${code}`))).toMatch(/wait 15 minutes/);
    now = new Date("2026-03-02T09:08:30Z");
    expect(textOf(await say(bert, `link ${await codeOf(anna)}`))).toMatch(/wait 7 minutes/);
    now = new Date("2026-03-02T09:15:01Z");
    expect((await say(bert, `link ${await codeOf(anna)}`)).kind).toBe("form");
  });
});

describe("roles", () => {
  it("of the account that stays are kept, the other's end, and administrators hear of both", async () => {
    const anna = await meet(slack, "Anna", { roles: ["compliance_officer"] });
    const bert = await meet(web, "Bert", { roles: ["security_lead", "compliance_officer"] });
    const admin = await meet(slack, "Ada", { profile: { isAdministrator: true } });
    await link(anna, bert);

    expect(await rolesOf(anna)).toEqual(["compliance_officer"]);
    expect(await rolesOf(bert)).toEqual(["compliance_officer"]);
    const told = await asOwner(
      "select message::text as message from outbox where organisation_id = $1",
      [slack.organisationId],
    );
    expect(told).toHaveLength(1);
    expect(String(told[0]?.message)).toMatch(/linked two accounts.*security lead/s);
    const people = await store.read(slack.organisationId, (reading) => reading.people());
    expect(people.map(({ id }) => id).toSorted()).toEqual([anna.id, admin.id].toSorted());
  });

  it("do not come back when the accounts are taken apart, and an administrator may do that", async () => {
    const anna = await meet(slack, "Anna", { roles: ["compliance_officer"] });
    const bert = await meet(web, "Bert", { roles: ["security_lead"] });
    const [ada, eve] = [
      await meet(slack, "Ada", { profile: { isAdministrator: true } }),
      await meet(slack, "Eve"),
    ];
    await link(anna, bert);
    const unlink = {
      type: "UnlinkIdentity",
      workspace: bert.identity.workspaceId,
      user: bert.identity.userId,
    } as const;

    expect(textOf(await say(eve, unlink))).toContain("administrator");
    expect(textOf(await say(ada, unlink))).toContain("Ada unlinked The web chat");
    expect(await rolesOf(bert)).toEqual([]);
    expect(await rolesOf(anna)).toEqual(["compliance_officer"]);
    expect(textOf(await say(ada, unlink))).toContain("already done");
  });
});

describe("one human being", () => {
  const humans = async (...people: readonly Person[]): Promise<number> => {
    const rows = await asOwner(
      "select distinct human_of(id) as human from people where id = any($1::uuid[])",
      [people.map(({ id }) => id)],
    );
    return rows.length;
  };

  it("stays one through chains of links and after all were taken apart", async () => {
    const [a, b, c, d] = [
      await meet(slack, "A"),
      await meet(web, "B"),
      await meet(slack, "C"),
      await meet(web, "D"),
    ];
    expect(textOf(await link(a, b))).toContain("Linked.");
    expect(textOf(await link(c, d))).toContain("Linked.");
    expect(await humans(a, b, c, d)).toBe(2);
    expect(textOf(await link(c, a))).toContain("Linked.");
    expect(await humans(a, b, c, d)).toBe(1);
    expect(await rolesOf(b)).toEqual([]);

    for (const { identity } of [a, b, d])
      await say(c, {
        type: "UnlinkIdentity",
        workspace: identity.workspaceId,
        user: identity.userId,
      });
    expect(await humans(a, b, c, d)).toBe(1);
    expect(textOf(await link(b, c))).toContain("Linked.");
    expect(await humans(a, b, c, d)).toBe(1);
  });

  it("is rebuilt from the ledger, and a row that is gone from its table is missed", async () => {
    const [a, b, c] = [await meet(slack, "A"), await meet(web, "B"), await meet(slack, "C")];
    await link(a, b);
    await link(c, a);
    await say(c, {
      type: "UnlinkIdentity",
      workspace: b.identity.workspaceId,
      user: b.identity.userId,
    });
    await say(b, "link 00000-00000");
    expect(await store.replay(slack.organisationId)).toMatchObject({ ok: true });

    await asOwner("delete from same_humans where person_id = $1", [b.id]);
    expect(await store.replay(slack.organisationId)).toMatchObject({ ok: false });
  });

  it("two links that cross leave one person and no error", async () => {
    const [a, b] = [await meet(slack, "A"), await meet(web, "B")];
    const [codeA, codeB] = [await codeOf(a), await codeOf(b)];
    const answers = await Promise.all([
      say(b, { type: "ConfirmLink", code: hashLinkCode(codeA) }),
      say(a, { type: "ConfirmLink", code: hashLinkCode(codeB) }),
    ]);

    expect(answers.filter((answer) => textOf(answer).includes("Linked."))).toHaveLength(1);
    expect(await humans(a, b)).toBe(1);
  });

  it("the database itself refuses a signature of whoever was linked to the answerer", async () => {
    const [a, b] = [await meet(slack, "A"), await meet(web, "B")];
    const same = async (): Promise<unknown> =>
      (await asOwner("select same_human($1, 'a@x', $2, 'b@x') as same", [a.id, b.id]))[0]?.same;
    expect(await same()).toBe(false);
    await link(a, b);

    expect(await same()).toBe(true);
  });

  it("a fact about an account that somebody else has now is a bug, and changes nothing", async () => {
    const [a, b, c] = [await meet(slack, "A"), await meet(web, "B"), await meet(slack, "C")];
    const fact = {
      type: "IdentityLinked",
      personId: a.id,
      joinedId: c.id,
      identity: b.identity,
      codeHash: hashLinkCode("x"),
    } as const;

    await expect(
      record(
        store,
        {
          organisationId: a.organisationId,
          actor: actorOf(a),
          at: NOW,
        },
        [fact],
      ),
    ).rejects.toThrow("nothing to change");
    expect(await humans(a, b, c)).toBe(3);
  });
});
