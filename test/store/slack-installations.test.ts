/** Installed workspaces on a real database: one token a row, readable there only, gone when the app is. */
import { randomBytes, randomUUID } from "node:crypto";
import { statSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { Instant, Sha256 } from "../../src/domain/ids.ts";
import { openSession } from "../../src/store/pool.ts";
import {
  type OpenedSlackInstallations,
  openSlackInstallations,
} from "../../src/store/slack-installations/installations.ts";
import { createTestStore } from "../support/database.ts";
import { anInstallation, aWorkspaceRef } from "../support/slack/installation.ts";
import { keyLine, noFile, writeKeys } from "./encryption/keys.ts";

const NOW = Instant.parse("2026-03-02T09:00:00.000Z");
const LATER = Instant.parse("2026-03-02T10:00:00.000Z");
const { store, appUrl, asOwner } = await createTestStore();
const LINE = keyLine("2026-01");
const FILE = writeKeys(LINE);
const open: OpenedSlackInstallations[] = [];
const logged: [string, object][] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  await asOwner("truncate slack_tokens, slack_installations, slack_install_states");
});

function opening(keyFile: { readonly file: string; readonly mayCreate: boolean }) {
  const note = (event: string, fields: object = {}): void => void logged.push([event, fields]);
  return openSlackInstallations({
    appUrl,
    keyFile,
    clock: () => new Date(NOW),
    log: { info: note, warn: note, error: note },
    deadlineMs: 15_000,
  });
}

async function openWith(file = FILE): Promise<OpenedSlackInstallations> {
  const opened = await opening({ file, mayCreate: false });
  if ("problem" in opened) throw new Error(opened.problem);
  open.push(opened);
  return opened;
}

async function problemWith(keyFile: Parameters<typeof opening>[0]): Promise<string> {
  const opened = await opening(keyFile);
  if ("problem" in opened) return opened.problem;
  open.push(opened);
  return "none";
}

/** How many tokens the app sees when it works for an organisation. */
async function countAs(organisation: string): Promise<number> {
  const session = openSession({ url: appUrl, name: "test", deadlineMs: 15_000 });
  await session.connect();
  try {
    await session.query("select set_config('cleargate.organisation', $1, false)", [organisation]);
    const { rows } = await session.query("select count(*)::int as n from slack_tokens");
    return rows[0].n;
  } finally {
    await session.end();
  }
}

const facts = async (type: string): Promise<readonly Record<string, unknown>[]> => {
  const rows = await asOwner(
    `select entry from ledger_staging where entry like '%"type":"${type}"%'
     union all select entry from ledger_entries where entry like '%"type":"${type}"%'`,
  );
  return rows.map(({ entry }) => JSON.parse(entry));
};

describe("an installation", () => {
  test("makes an organisation of its own and is found by its workspace", async () => {
    const all = await openWith();
    const [bravo, delta] = [anInstallation(), anInstallation()];

    await all.install(bravo);
    await all.install(delta);

    const one = await all.ofRef(bravo.workspaceRef);
    const two = await all.ofRef(delta.workspaceRef);
    if (!one || !two) throw new Error("an installation was not kept");
    expect([one.botToken, two.botToken]).toEqual([bravo.botToken, delta.botToken]);
    expect(one.organisationId).not.toBe(two.organisationId);
    expect(await all.ofWorkspace(one.workspaceId)).toEqual(one);
    expect(one).toMatchObject({ appId: "A0CLEAR001", botUserId: "UBOT", installedAt: NOW });
    expect(await all.refs()).toEqual([bravo.workspaceRef, delta.workspaceRef].sort());
    expect(await all.appIds()).toEqual(["A0CLEAR001"]);
  });

  test("is a fact that names who installed it, and holds no token", async () => {
    const all = await openWith();
    const bravo = anInstallation();

    await all.install(bravo);

    const fact = (await facts("WorkspaceInstalled")).find(
      (one) => one.workspaceRef === bravo.workspaceRef,
    );
    expect(fact).toMatchObject({ appId: "A0CLEAR001", isOrgWide: false, enterpriseId: null });
    const [personal] = await asOwner("select body from ledger_personal where commitment = $1", [
      Buffer.from(String(fact?.personal), "hex"),
    ]);
    expect(JSON.parse(personal.body)).toEqual(bravo.installer);
    expect(JSON.stringify(fact) + personal.body).not.toContain(bravo.botToken);
  });

  test("takes a token's place when it is done again", async () => {
    const all = await openWith();
    const bravo = anInstallation();
    await all.install(bravo);
    const first = await all.ofRef(bravo.workspaceRef);

    await all.install({ ...bravo, botToken: "xoxb-second", installedAt: LATER });

    const second = await all.ofRef(bravo.workspaceRef);
    expect(second).toEqual({ ...first, botToken: "xoxb-second", installedAt: LATER });
  });

  test("belongs to the organisation in which its workspace already works", async () => {
    const all = await openWith();
    const bravo = anInstallation();
    const known = await store.organisationOf({
      surface: "slack",
      workspaceRef: bravo.workspaceRef,
    });

    await all.install(bravo);

    expect(await all.ofRef(bravo.workspaceRef)).toMatchObject(known);
  });

  test("joins the organisation of its enterprise, and of no other", async () => {
    const all = await openWith();
    const enterpriseId = `E${aWorkspaceRef()}`;
    const [one, two] = [anInstallation({ enterpriseId }), anInstallation({ enterpriseId })];
    const wide = anInstallation({ workspaceRef: enterpriseId, enterpriseId, isOrgWide: true });
    const other = anInstallation({ enterpriseId: `E${aWorkspaceRef()}` });
    for (const each of [one, two, wide, other]) await all.install(each);

    const found = await Promise.all(
      [one, two, wide, other].map(({ workspaceRef }) => all.ofRef(workspaceRef)),
    );

    const organisations = found.map((each) => each?.organisationId);
    expect(new Set(organisations.slice(0, 3)).size).toBe(1);
    expect(organisations[3]).not.toBe(organisations[0]);
    expect(new Set(found.map((each) => each?.workspaceId)).size).toBe(4);
  });

  test("at the same moment twice makes one organisation", async () => {
    const [left, right] = [await openWith(), await openWith()];
    const bravo = anInstallation({ enterpriseId: `E${aWorkspaceRef()}` });

    await Promise.all([left, right, left, right].map((all) => all.install(bravo)));

    const rows = await asOwner(
      "select count(*)::int as n from organisations o join workspaces w on w.organisation_id = o.id where w.ref = $1",
      [bravo.workspaceRef],
    );
    expect(rows).toEqual([{ n: 1 }]);
  });
});

describe("what is stored", () => {
  test("holds no token in clear, in no table", async () => {
    const all = await openWith();
    const bravo = anInstallation({ botToken: `xoxb-canary-${randomBytes(12).toString("hex")}` });
    await all.install(bravo);

    const tables = await asOwner(
      "select relname from pg_class where relkind = 'r' and relnamespace = 'cleargate'::regnamespace",
    );
    for (const { relname } of tables) {
      const rows = await asOwner(`select 1 from ${relname} row where row::text like any ($1)`, [
        [bravo.botToken, Buffer.from(bravo.botToken).toString("hex")].map((text) => `%${text}%`),
      ]);
      expect(rows, relname).toEqual([]);
    }
  });

  test("cannot be read when it was moved to another workspace's row", async () => {
    const all = await openWith();
    const [bravo, delta] = [anInstallation(), anInstallation()];
    await all.install(bravo);
    await all.install(delta);
    const columns = ["key_id", "wrapped_key", "key_version", "bot_token"];
    const set = columns.map((column) => `${column} = theirs.${column}`).join(", ");

    await asOwner(
      `update slack_tokens set ${set} from slack_tokens theirs, workspaces mine, workspaces other
       where slack_tokens.workspace_id = mine.id and mine.ref = $1
         and theirs.workspace_id = other.id and other.ref = $2`,
      [bravo.workspaceRef, delta.workspaceRef],
    );

    await expect(all.ofRef(bravo.workspaceRef)).rejects.toThrow("sealed elsewhere");
    expect((await all.ofRef(delta.workspaceRef))?.botToken).toBe(delta.botToken);
  });

  test("is seen by its own organisation only", async () => {
    const all = await openWith();
    await all.install(anInstallation());

    const [own] = await asOwner("select organisation_id as id from slack_tokens");

    expect(await countAs("")).toBe(0);
    expect(await countAs(randomUUID())).toBe(0);
    expect(await countAs(own.id)).toBe(1);
  });
});

describe("removal", () => {
  test("deletes the token at once, keeps the record, and is a fact", async () => {
    const all = await openWith();
    const bravo = anInstallation();
    await all.install(bravo);
    const { workspaceRef } = bravo;

    const removed = await all.remove({ workspaceRef, why: "app_uninstalled", notAfter: LATER });

    expect(removed).toBe(true);
    expect(await all.ofRef(workspaceRef)).toBeNull();
    expect(await asOwner("select 1 from slack_tokens")).toEqual([]);
    expect(
      await asOwner("select installed_by, removed_at is not null as gone from slack_installations"),
    ).toEqual([{ installed_by: "U0OLGA", gone: true }]);
    expect((await facts("WorkspaceUninstalled")).at(-1)).toMatchObject({
      workspaceRef,
      why: "app_uninstalled",
    });
  });

  test("happens once, and to nobody who is not installed", async () => {
    const all = await openWith();
    const bravo = anInstallation();
    await all.install(bravo);
    const { workspaceRef } = bravo;
    const removal = { workspaceRef, why: "tokens_revoked", notAfter: LATER } as const;

    const removed = [await all.remove(removal), await all.remove(removal)];

    expect(removed).toEqual([true, false]);
    expect(await all.remove({ ...removal, workspaceRef: aWorkspaceRef() })).toBe(false);
    expect(
      (await facts("WorkspaceUninstalled")).filter((f) => f.workspaceRef === workspaceRef),
    ).toHaveLength(1);
  });

  test("that was meant for an earlier installation leaves the later one", async () => {
    const all = await openWith();
    const bravo = anInstallation({ installedAt: LATER });
    await all.install(bravo);
    const { workspaceRef } = bravo;

    expect(await all.remove({ workspaceRef, why: "app_uninstalled", notAfter: NOW })).toBe(false);
    expect((await all.ofRef(workspaceRef))?.botToken).toBe(bravo.botToken);
  });

  test("is undone by installing again", async () => {
    const all = await openWith();
    const bravo = anInstallation();
    await all.install(bravo);
    const before = await all.ofRef(bravo.workspaceRef);
    await all.remove({
      workspaceRef: bravo.workspaceRef,
      why: "app_uninstalled",
      notAfter: LATER,
    });

    await all.install(bravo);

    expect(await all.ofRef(bravo.workspaceRef)).toEqual(before);
  });
});

describe("a state", () => {
  const started = (expiresAt: Instant = LATER) => {
    const hash = () => Sha256.parse(randomBytes(32).toString("hex"));
    return { stateHash: hash(), browserHash: hash(), expiresAt };
  };

  test("is taken once, however many ask at the same moment", async () => {
    const all = await openWith();
    const mine = started();
    await all.start(mine, NOW);

    const taken = await Promise.all(Array.from({ length: 8 }, () => all.take(mine.stateHash)));

    expect(taken.filter((one) => one !== null)).toEqual([mine]);
  });

  test.each([
    ["its end", NOW],
    ["the clock was set back by a year", Instant.parse("2027-04-06T09:00:00.000Z")],
  ])("is forgotten by the next start after %s", async (_, end) => {
    const all = await openWith();
    const [old, fresh] = [started(end), started()];
    await all.start(old, NOW);

    await all.start(fresh, NOW);

    expect(await all.take(old.stateHash)).toBeNull();
    expect(await all.take(fresh.stateHash)).toEqual(fresh);
  });

  test("is refused when ten thousand are under way", async () => {
    const all = await openWith();
    await asOwner(
      `insert into slack_install_states
       select md5(n::text), md5(n::text), $1 from generate_series(1, 10000) n`,
      [LATER],
    );

    expect(await all.start(started(), NOW)).toBe(false);
    expect(await all.start(started(), LATER)).toBe(true);
  });
});

describe("keys", () => {
  test("a first start on this machine makes the file, for its owner only", async () => {
    const file = noFile();

    expect(await problemWith({ file, mayCreate: true })).toBe("none");
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test("a lost file stops the start as long as there are tokens, and no new one is made", async () => {
    const all = await openWith();
    await all.install(anInstallation());
    const file = noFile();

    const problem = await problemWith({ file, mayCreate: true });

    expect(problem).toContain("is not there, but the database holds tokens of Slack workspaces");
    expect(problem).toContain("Restore it from");
    expect(() => statSync(file)).toThrow("ENOENT");
  });

  test("a missing key stops the start and is named", async () => {
    const all = await openWith();
    await all.install(anInstallation());

    const problem = await problemWith({ file: writeKeys(keyLine("2026-09")), mayCreate: false });

    expect(problem).toContain("lacks the key 2026-01");
  });

  test.each([
    ["is not there.", noFile()],
    ["line 1 is not of the form id:base64 of 32 bytes, without", writeKeys("nonsense")],
  ])("elsewhere a wrong file stops the start: %s", async (says, file) => {
    const problem = await problemWith({ file, mayCreate: false });

    expect(problem).toContain(`The encryption key file (CLEARGATE_ENCRYPTION_KEY_FILE) ${says}`);
  });

  test("a new first line takes every token over at the next start; then the old one may go", async () => {
    const all = await openWith();
    const [bravo, delta] = [anInstallation(), anInstallation()];
    await all.install(bravo);
    await all.install(delta);
    const fresh = keyLine("2026-09");
    logged.splice(0);

    const rotated = await openWith(writeKeys(fresh, LINE));

    expect(await asOwner("select distinct key_id from slack_tokens")).toEqual([
      { key_id: "2026-09" },
    ]);
    expect(logged).toEqual([
      ["encryption_key_rotated", { rewrapped: 2, current: "2026-09" }],
      ["encryption_keys_unused", { removable: ["2026-01"] }],
    ]);
    expect((await rotated.examine())[0]?.says).toContain("No token is under 2026-01 any more");
    const alone = await openWith(writeKeys(fresh));
    expect((await alone.ofRef(delta.workspaceRef))?.botToken).toBe(delta.botToken);
    // A host that still has the old file only cannot read them, and says so.
    expect((await all.examine())[0]).toMatchObject({ ok: false });
    await expect(all.ofRef(bravo.workspaceRef)).rejects.toThrow("not in the key file");
  });
});
