import { spawnSync } from "node:child_process";
import { cpSync, existsSync, symlinkSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeAll, expect, it } from "vitest";
import { freePort, killServers, startServer } from "../faults/server.ts";
import { temporaryFolder } from "../support/folder.ts";
import { ROOT } from "./read-tree.ts";

let checkout = "";

/** What git would give, installed and never built: other tests start what the suite has built. */
beforeAll(() => {
  checkout = temporaryFolder();
  const parts = ["src", "workflows", "migrations", "package.json", "package-lock.json"];
  for (const part of parts)
    cpSync(path.join(ROOT, part), path.join(checkout, part), { recursive: true });
  symlinkSync(path.join(ROOT, "node_modules"), path.join(checkout, "node_modules"));
});
afterEach(killServers);

it("the service starts from its sources, and ends when it is told to", {
  timeout: 120_000,
}, async () => {
  const server = await startServer({ port: await freePort(), checkout });

  const page = await fetch(`${server.origin}/chat`);

  expect([page.status, page.headers.get("content-type")]).toEqual([
    200,
    "text/html; charset=utf-8",
  ]);
  expect(await server.kill("SIGTERM")).toBe(0);
  expect(existsSync(path.join(checkout, "dist"))).toBe(false);
});

it.each([
  ["", {}],
  [", also where nobody may write a temporary file", { TMPDIR: "/sys" }],
])("the terminal answers from its sources%s", { timeout: 60_000 }, (_, environment) => {
  const words = ["--detect", "a hospital", "--json"];
  const { status, stdout } = spawnSync(
    process.execPath,
    ["src/start.mjs", "src/cli/main.ts", ...words],
    { cwd: checkout, encoding: "utf8", env: { ...process.env, ...environment } },
  );

  expect([status, JSON.parse(stdout).auto]).toEqual([0, ["HIPAA"]]);
});
