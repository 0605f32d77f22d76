/** A store that signs, with the file that it keeps outside the database, and ways to act like a bad administrator. */
import { generateKeyPairSync } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import pg from "pg";
import { afterAll } from "vitest";
import type { LedgerVerdict } from "../../../src/app/ledger-ports.ts";
import type { Log } from "../../../src/app/ports.ts";
import { readSigningKey, type SigningKey } from "../../../src/domain/audit/signed-note.ts";
import type { OrganisationId } from "../../../src/domain/ids.ts";
import { judgeLedger } from "../../../src/store/audit/verify.ts";
import { openKeptFile } from "../../../src/store/ledger/kept-file.ts";
import { type OpenedStore, openStore } from "../../../src/store/open-store.ts";
import { createDatabase, migrationsDir, type TestStore } from "../../support/database.ts";
import { temporaryFolder } from "../../support/folder.ts";

export interface SigningStore extends TestStore {
  readonly key: SigningKey;
  readonly file: string;
  readonly logged: { event: string; fields: unknown }[];
  /** Another process on the same database: with the same key and file unless it is said otherwise. */
  another(other?: {
    readonly key?: SigningKey;
    readonly file?: string;
    readonly clock?: () => Date;
  }): Promise<OpenedStore>;
}

export function makeKey(): SigningKey {
  const { privateKey } = generateKeyPairSync("ed25519");
  const key = readSigningKey(String(privateKey.export({ type: "pkcs8", format: "pem" })));
  if (!key) throw new Error("not a key");
  return key;
}

export async function createSigningStore(): Promise<SigningStore> {
  const database = await createDatabase();
  const key = makeKey();
  const file = path.join(temporaryFolder(), "checkpoints.txt");
  const logged: SigningStore["logged"] = [];
  const log: Log = {
    info: () => undefined,
    warn: () => undefined,
    error: (event, fields) => void logged.push({ event, fields }),
  };
  const another: SigningStore["another"] = async (other = {}) => {
    const kept = openKeptFile(other.file ?? file);
    const signing = { key: other.key ?? key, kept, lies: "a test", isKept: true };
    const { ownerUrl, appUrl } = database;
    const store = await openStore({
      ownerUrl,
      appUrl,
      migrationsDir,
      deadlineMs: 15_000,
      signing,
      log,
      ...(other.clock ? { clock: other.clock } : {}),
    });
    afterAll(() => store.close());
    return store;
  };
  return { ...database, key, file, logged, another, store: await another() };
}

export function anotherFile(): string {
  return path.join(temporaryFolder(), "checkpoints.txt");
}

export function readFile(file: string): string {
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
}

/** Everything that waits is sealed and signed. */
export async function settle(store: OpenedStore): Promise<void> {
  while ((await store.ledger.seal()) > 0);
  await store.ledger.signAll();
}

export interface Tampering {
  /** What the check says after somebody changed the database as a superuser; nothing of it stays. */
  judge(change: string): Promise<LedgerVerdict>;
  close(): Promise<void>;
}

/** One transaction a change, which is rolled back: many changes are tried in the time of a few. */
export async function openTampering(
  { ownerUrl, file }: Pick<SigningStore, "ownerUrl" | "file">,
  organisation: OrganisationId,
): Promise<Tampering> {
  const client = new pg.Client({
    connectionString: ownerUrl,
    options: "-c search_path=cleargate -c timezone=UTC",
  });
  await client.connect();
  const kept = [...openKeptFile(file).notes(organisation)];
  const sql = {
    query: (text: string, values: readonly unknown[] = []) => client.query(text, [...values]),
  };
  return {
    async judge(change) {
      await client.query(`begin; set local session_replication_role = replica;
        ${change.replaceAll(/\borg\b/gu, `'${organisation}'::uuid`)};
        set local session_replication_role = origin; set local role cleargate_app;
        set local cleargate.organisation = '${organisation}'`);
      try {
        return await judgeLedger(sql, organisation, kept);
      } finally {
        await client.query("rollback");
      }
    },
    close: () => client.end(),
  };
}
