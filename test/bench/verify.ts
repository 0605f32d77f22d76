/**
 * Verifying a bundle of a million entries beside hashing the same entries and nothing else. Both keep one thread busy,
 * so their processor times are compared: other people's load does not change the ratio.
 */
import { spawn } from "node:child_process";
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { appendLeaf, EMPTY_TREE, leafHash, rootOf } from "../../src/domain/audit/merkle.ts";
import { aKey, noteOf, sha } from "../support/ledger-file.ts";
import { median, type Result, rounded } from "./measure.ts";
import { aFolder } from "./stage.ts";

const ENTRIES = Number(process.env.VERIFY_ENTRIES ?? 1_000_000);
const CHECKPOINT_EVERY = 1000;
const ROUNDS = 5;
const RSS_MB = 150;

interface Ran {
  readonly outcome: string;
  readonly ms: number;
  readonly cpuMs: number;
  readonly rssMb: number;
}

export async function benchVerify(): Promise<readonly Result[]> {
  const folder = aFolder();
  try {
    const bundle = path.join(folder, "bundle");
    const key = writeBundle(bundle);
    const run = (mode: string) => runChild(mode, bundle, key);
    await run("verify");
    const ours: Ran[] = [];
    const peers: Readonly<Record<"writer" | "lean", Ran[]>> = { writer: [], lean: [] };
    for (let round = 0; round < ROUNDS; round += 1) {
      ours.push(await run("verify"));
      for (const mode of ["writer", "lean", "lean", "writer"] as const)
        peers[mode].push(await run(mode));
      ours.push(await run("verify"));
    }
    return [
      compare("hashing them as the ledger does", ours, peers.writer, 2),
      compare("hashing them with nothing around it", ours, peers.lean, null),
    ];
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function compare(
  peer: string,
  ours: readonly Ran[],
  peers: readonly Ran[],
  goal: number | null,
): Result {
  const times = ours.map(({ ms }) => ms);
  const ratios = Array.from({ length: ROUNDS }, (_, round) => {
    const pair = [round * 2, round * 2 + 1];
    const of = (all: readonly Ran[]) => median(pair.map((at) => all[at]?.cpuMs ?? Number.NaN));
    return of(ours) / of(peers);
  });
  const ratio = median(ratios);
  const rss = Math.round(Math.max(...ours.map(({ rssMb }) => rssMb)));
  return {
    what: `verify: ${ENTRIES.toLocaleString("en-US")} entries`,
    ours: `a bundle of ${ENTRIES.toLocaleString("en-US")} entries, at most ${rss} MB`,
    peer: `${peer}, processor`,
    rounds: ROUNDS,
    runs: ours.length,
    oursMs: rounded(median(times)),
    oursP99Ms: rounded(Math.max(...times)),
    oursCpuMs: rounded(median(ours.map(({ cpuMs }) => cpuMs))),
    peerMs: rounded(median(peers.map(({ cpuMs }) => cpuMs))),
    ratio: rounded(ratio),
    ratioFrom: rounded(Math.min(...ratios)),
    ratioTo: rounded(Math.max(...ratios)),
    goal: goal === null ? "none" : `at most ${goal} times the peer's processor time, ${RSS_MB} MB`,
    met: goal === null ? null : ratio <= goal && rss <= RSS_MB,
    load: rounded(os.loadavg()[0] ?? 0),
  };
}

async function runChild(mode: string, bundle: string, key: string): Promise<Ran> {
  const script = path.join(import.meta.dirname, "verify-child.ts");
  const child = spawn(process.execPath, ["--import", "tsx", script, mode, bundle, key], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.on("data", (chunk) => {
    text += chunk;
  });
  await once(child, "close");
  const ran: Ran = JSON.parse(text);
  if (ran.outcome !== "intact" && ran.outcome !== "hashed") throw new Error(text);
  return ran;
}

/** Two entries in five have a personal part, as in a migration that people fill. Answers the key. */
function writeBundle(file: string): string {
  const key = aKey();
  const organisation = randomUUID();
  const migration = randomUUID();
  const actor = { person: randomUUID() };
  const handle = fs.openSync(file, "w");
  const passed = createHash("sha256");
  const write = (line: object): void => {
    const text = `${JSON.stringify(line)}\n`;
    passed.update(text);
    fs.writeSync(handle, text);
  };
  const checkpoints = Math.ceil(ENTRIES / CHECKPOINT_EVERY);
  const exportedAt = "2026-03-09T09:00:00.000Z";
  write({ format: "cleargate-bundle-1", organisation, exportedAt, entries: ENTRIES, checkpoints });
  let tree = EMPTY_TREE;
  for (let n = 1; n <= ENTRIES; n += 1) {
    const salt = randomBytes(32);
    const body = `{"value":"The agreement of case ${n} was signed by both."}`;
    const isAnswer = n % 5 < 2;
    const at = "2026-03-02T15:00:00.123Z";
    const about = { migrationId: migration, organisation };
    const entry = isAnswer
      ? JSON.stringify({
          ...{ actor, at, ...about, personal: sha(salt, body).toString("hex") },
          ...{ question: "baa_date", requirement: "hipaa_baa_signed", type: "AnswerGiven", v: 1 },
        })
      : JSON.stringify({
          ...{ actor, at, contentHash: "a".repeat(64), expiresOn: null, meaning: "waiver" },
          ...{ ...about, reason: null, requestId: randomUUID(), requirement: "hipaa_baa_signed" },
          ...{ type: "SignOffRequested", v: 1 },
        });
    const personal = isAnswer ? { salt: salt.toString("base64"), body } : undefined;
    tree = appendLeaf(tree, leafHash(entry));
    write({ n, migration, state: true, entry, personal });
    if (n % CHECKPOINT_EVERY !== 0 && n !== ENTRIES) continue;
    const root = Buffer.from(rootOf(tree)).toString("base64");
    write({ checkpoint: noteOf(`cleargate/ledger/${organisation}\n${n}\n${root}\n`, key) });
  }
  const digest = passed.digest("base64");
  const seal = noteOf(`cleargate/bundle/${organisation}\n${ENTRIES}\n${digest}\n`, key);
  fs.writeSync(handle, `${JSON.stringify({ seal })}\n`);
  fs.closeSync(handle);
  return key.vkey;
}
