/** Two organizations, each with a workspace and an administrator, spoken to through the whole application. */
import { randomUUID } from "node:crypto";
import pg from "pg";
import { expect } from "vitest";
import { converse } from "../../../src/app/conversation/converse.ts";
import type { Deps, Reply } from "../../../src/app/ports.ts";
import { createRefusalTally } from "../../../src/app/refusals/tally.ts";
import type { Command } from "../../../src/domain/command.ts";
import { hashJoinCode } from "../../../src/domain/organisations/joining.ts";
import type { Person, Profile } from "../../../src/domain/people/person.ts";
import { createTestStore } from "../../support/database.ts";
import { anOffice, aPerson, type Office } from "../../support/people.ts";

export const ADMIN = { profile: { isAdministrator: true } } as const;
export const textOf = (reply: Reply): string => JSON.stringify(reply);

export interface Two {
  readonly alpha: Office;
  readonly bravo: Office;
  /** Administers alpha. */
  readonly ada: Person;
  /** Administers bravo. */
  readonly bea: Person;
}

/** To be awaited at the top of a test file. */
export async function openTwo() {
  let now = new Date("2026-03-02T09:00:00Z");
  const opened = await createTestStore({ clock: () => now });
  const { store, asOwner, ownerUrl } = opened;
  const profiles = new Map<string, Profile>();
  const names = new Map<string, string>();
  let secrets = 0;
  const directory = (surface: "slack" | "web") => ({
    surface,
    lookUp: async ({ userId }: { readonly userId: string }) => profiles.get(userId) ?? null,
    nameOf: async (id: string) => names.get(id) ?? null,
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
    refusals: createRefusalTally(() => now),
  };

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

  async function codeOf(person: Person, verb: "join" | "link" = "join"): Promise<string> {
    const shown = textOf(await say(person, verb));
    const code = /compliance (?:join|link) ([0-9A-Z-]{11})/.exec(shown)?.[1];
    if (!code) throw new Error(shown);
    return code;
  }

  return {
    ...opened,
    deps,
    profiles,
    meet,
    say,
    codeOf,
    at: (time: string): void => {
      now = new Date(time);
    },
    async begin(): Promise<Two> {
      now = new Date("2026-03-02T09:00:00Z");
      const [alpha, bravo] = [await anOffice(store), await anOffice(store)];
      names.set(alpha.workspaceId, "Alpha Inc.");
      const [ada, bea] = [await meet(alpha, "Ada", ADMIN), await meet(bravo, "Bea", ADMIN)];
      return { alpha, bravo, ada, bea };
    },
    async join(stays: Person, joins: Person): Promise<string> {
      const code = hashJoinCode(await codeOf(stays));
      return textOf(await say(joins, { type: "ConfirmJoin", code }));
    },
    homeOf: async ({ surface, workspaceRef }: Office) =>
      (await store.organisationOf({ surface, workspaceRef })).organisationId,
    async factsOf(office: Office, type: string): Promise<readonly Record<string, unknown>[]> {
      const rows = await asOwner(
        `select entry::jsonb as entry from (select organisation_id, entry from ledger_staging
           union all select organisation_id, entry from ledger_entries) e
         where organisation_id = $1 and entry::jsonb ->> 'type' = $2`,
        [office.organisationId, type],
      );
      return rows.map(({ entry }) => entry);
    },
    /** The tables are what the ledger says, and the ledger is what was sealed. */
    async expectWhole({ organisationId }: Office): Promise<void> {
      expect(await store.replay(organisationId)).toMatchObject({ ok: true });
      await store.sealLedger(organisationId);
      expect(await store.verifyLedger(organisationId)).toMatchObject({ ok: true });
      expect(await store.replay(organisationId)).toMatchObject({ ok: true });
    },
    /** As a connection of the app sees the organization of an office. */
    async asApp<T>(
      office: Office,
      work: (session: pg.Client) => Promise<T>,
      role = "cleargate_app",
    ): Promise<T> {
      const session = new pg.Client({ connectionString: ownerUrl });
      await session.connect();
      try {
        await session.query(
          `set search_path = cleargate; set role ${role};
           set cleargate.organisation = '${office.organisationId}'`,
        );
        return await work(session);
      } finally {
        await session.end();
      }
    },
  };
}
