/** The fault suite and the tests that race for the ledger and tamper with it, each run many times as long as in `npm test`. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

const TIMES = process.env.FAULTS_TIMES ?? "10";
const LEDGER = [
  "test/store/ledger/racing.test.ts",
  "test/verifier/tamper.test.ts",
  "test/store/ledger/tampering.test.ts",
  "test/store/ledger/protection.test.ts",
];
const root = path.resolve(import.meta.dirname, "../..");

/** True when every fault test passed. */
export async function runLongFaults(): Promise<boolean> {
  const child = spawn(
    process.execPath,
    ["src/start.mjs", "--vitest", "run", "test/faults", ...LEDGER],
    {
      cwd: root,
      stdio: "inherit",
      env: { ...process.env, FAULTS_TIMES: TIMES },
    },
  );
  const [code] = await once(child, "exit");
  return code === 0;
}
