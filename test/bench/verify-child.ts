/** One run of the verifier, or of its hashing alone, in a process of its own; prints what it took as JSON. */
import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { appendLeaf, EMPTY_TREE, leafHash, type Tree } from "../../src/domain/audit/merkle.ts";
import { runCheck } from "../../src/verifier/run.ts";

const [mode = "", bundle = "", key = ""] = process.argv.slice(2);

function verifyAll(): string {
  let text = "";
  const write = (more: string) => {
    text += more;
  };
  runCheck([bundle, "--key", key, "--json"], { write, complain: write, showsProgress: false });
  return text;
}

/** The texts of all entries, one after the other, as their hashes need them. */
function loadEntries(): readonly Buffer[] {
  const file = readFileSync(bundle);
  const entries: Buffer[] = [];
  for (let start = 0; start < file.length; ) {
    const end = file.indexOf(0x0a, start);
    const line = file.toString("utf8", start, end);
    if (line.startsWith('{"n":')) entries.push(Buffer.from(`\0${JSON.parse(line).entry}`));
    start = end + 1;
  }
  return entries;
}

/** As the ledger hashes what it seals. */
function hashAsWriter(entries: readonly Buffer[]): void {
  let tree: Tree = EMPTY_TREE;
  for (const entry of entries) tree = appendLeaf(tree, leafHash(entry.subarray(1)));
}

/** As fast as Node.js can, with nothing around it. */
function hashLean(entries: readonly Buffer[]): void {
  const node = Buffer.alloc(65, 1);
  const frontier: string[] = [];
  for (const [size, entry] of entries.entries()) {
    let merged = hash("sha256", entry, "binary");
    for (let rest = size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
      node.write(frontier.pop() ?? "", 1, 32, "latin1");
      node.write(merged, 33, 32, "latin1");
      merged = hash("sha256", node, "binary");
    }
    frontier.push(merged);
  }
}

const entries = mode === "verify" ? [] : loadEntries();
const began = performance.now();
const cpu = process.cpuUsage();
if (mode === "writer") hashAsWriter(entries);
if (mode === "lean") hashLean(entries);
const outcome = mode === "verify" ? JSON.parse(verifyAll()).outcome : "hashed";
const { user, system } = process.cpuUsage(cpu);
const rssMb = process.resourceUsage().maxRSS / 1024;
const ms = performance.now() - began;
process.stdout.write(`${JSON.stringify({ outcome, ms, cpuMs: (user + system) / 1000, rssMb })}\n`);
