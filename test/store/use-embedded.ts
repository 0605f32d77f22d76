/** A process that uses the embedded PostgreSQL as a server does: says where it is, leaves on SIGTERM. */
import { openEmbeddedPostgres } from "../../src/store/embedded.ts";

const dataDir = process.argv[2];
if (!dataDir) throw new Error("the data folder is missing");
const postgres = await openEmbeddedPostgres({ dataDir });
const keepAlive = setInterval(() => undefined, 1000);
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, async () => {
    await postgres.close();
    clearInterval(keepAlive);
  });
}
process.stdout.write(`${JSON.stringify(postgres)}\n`);
