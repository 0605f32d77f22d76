import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { afterEach, expect, it } from "vitest";
import { endGroups, isInhabited, startGroup } from "./group.ts";

afterEach(endGroups);

/** Somebody who starts another, and leaves it alone. */
const LEAVES = ["-c", "sleep 300 >/dev/null & echo $$; exec sleep 300 >/dev/null"];

/** The number of the group, once there are both. */
async function saidBy({ stdout }: ChildProcess): Promise<number> {
  if (!stdout) throw new Error("nothing is heard of it");
  const [said] = await once(stdout, "data");
  return Number(String(said));
}

it("whom a program left alone is ended with its group, and nobody of it survives", async () => {
  const leader = startGroup("sh", LEAVES, { stdio: ["ignore", "pipe", "ignore"] });
  const pid = await saidBy(leader);
  const gone = once(leader, "exit");
  leader.kill("SIGKILL");
  await gone;

  expect(isInhabited(pid)).toBe(true);
  await endGroups();
  expect(isInhabited(pid)).toBe(false);
});

it("a test that dies itself leaves nobody of its groups behind", async () => {
  const group = path.join(import.meta.dirname, "group.ts");
  const script = `import { startGroup } from ${JSON.stringify(group)};
    const { stdout } = startGroup("sh", ${JSON.stringify(LEAVES)}, { stdio: "pipe" });
    stdout.once("data", (said) => process.stdout.write(said));
    setInterval(() => undefined, 1000);`;
  const words = ["--import", "tsx", "--input-type=module", "-e", script];
  const test = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
  const pid = await saidBy(test);
  expect(isInhabited(pid)).toBe(true);

  test.kill("SIGKILL");
  await expect.poll(() => isInhabited(pid), { timeout: 10_000 }).toBe(false);
});
