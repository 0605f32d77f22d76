/** A process that checks one live ledger, then hashes as many entries that it holds in memory. */
import path from "node:path";
import { appendLeaf, EMPTY_TREE, leafHash } from "../../src/domain/audit/merkle.ts";
import { OrganisationId } from "../../src/domain/ids.ts";
import { openStore } from "../../src/store/open-store.ts";

const { ownerUrl = "", appUrl = "", ORGANISATION } = process.env;
const store = await openStore({ ownerUrl, appUrl, migrationsDir: path.resolve("migrations") });
const organisation = OrganisationId.parse(ORGANISATION);
let rssMb = 0;
const watching = setInterval(() => {
  rssMb = Math.max(rssMb, process.memoryUsage().rss / 2 ** 20);
}, 20);
const began = performance.now();
const cpu = process.cpuUsage();
const verdict = await store.verifyLedger(organisation);
const ms = performance.now() - began;
const cpuMs = cpuSince(cpu);
clearInterval(watching);
await store.close();

// A page of them again and again: what is compared with must not grow the memory either.
const page = Array.from({ length: 2000 }, (_, n) =>
  `{"actor":{"person":"0d9f6f3e"},"n":${n}}`.padEnd(360, "x"),
);
const bare = performance.now();
const bareCpu = process.cpuUsage();
let tree = EMPTY_TREE;
for (let n = 0; n < verdict.entries; n += 1) {
  tree = appendLeaf(tree, leafHash(page[n % page.length] ?? ""));
}
const bareMs = performance.now() - bare;
process.send?.({
  ms,
  cpuMs,
  bareMs,
  bareCpuMs: cpuSince(bareCpu),
  rssMb,
  outcome: verdict.ok ? "whole" : verdict.why,
});
process.disconnect?.();

function cpuSince(from: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1000;
}
