import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ROOT } from "./read-tree.ts";

const LOCK = {
  "": { version: "1.0.0" },
  "node_modules/needed": { version: "1.2.3" },
  "node_modules/tool": { version: "4.5.6", dev: true },
  "node_modules/other-platform": { version: "7.8.9", optional: true },
};
type Lock = Record<string, { version: string; dev?: boolean; optional?: boolean }>;

let root = "";

function write(file: string, content: string): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), content);
}

/** A checkout of three packages whose npm writes down how it was called and installs what is locked. */
beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), "cleargate-start-"));
  mkdirSync(path.join(root, "src"));
  cpSync(path.join(ROOT, "src/start.mjs"), path.join(root, "src/start.mjs"));
  write("package.json", '{"type":"module"}');
  write("package-lock.json", JSON.stringify({ packages: LOCK }));
  write(
    "src/hello.mjs",
    'console.log("hello", process.argv.slice(2).join(), process.env.A ?? "");',
  );
  write("node_modules/tsx/package.json", '{"exports":{"./esm/api":"./api.mjs"}}');
  write("node_modules/tsx/api.mjs", "export const register = () => {};");
  write(
    "npm-cli.cjs",
    `const fs = require("node:fs");
     fs.appendFileSync("npm-calls", process.argv.slice(2).join(" ") + "\\n");
     if (process.env.NPM_FAILS) process.exit(3);
     const { packages } = JSON.parse(fs.readFileSync("package-lock.json", "utf8"));
     for (const place of Object.keys(packages).filter((name) => name !== "")) {
       fs.mkdirSync(place, { recursive: true });
       fs.writeFileSync(place + "/package.json", "{}");
     }
     fs.writeFileSync("node_modules/.package-lock.json", JSON.stringify({ packages }));`,
  );
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function haveInstalled(packages: Lock): void {
  for (const place of Object.keys(packages)) write(`${place}/package.json`, "{}");
  write("node_modules/.package-lock.json", JSON.stringify({ packages }));
}

interface Started {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
  /** npm was called. */
  readonly installed: boolean;
}

function start(words: readonly string[], options: { env?: object; node?: string[] } = {}): Started {
  const { VITEST, CLEARGATE_TEST, ...environment } = process.env;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...(options.node ?? []), path.join(root, "src/start.mjs"), ...words],
    {
      cwd: os.tmpdir(),
      encoding: "utf8",
      env: { ...environment, npm_execpath: path.join(root, "npm-cli.cjs"), ...options.env },
    },
  );
  return { status, out: stdout, err: stderr, installed: existsSync(path.join(root, "npm-calls")) };
}

describe("installing", () => {
  it("happens on a fresh checkout, from any folder, without running anybody's scripts", () => {
    const { status, out, err, installed } = start(["src/hello.mjs", "a", "--b"]);

    expect([status, out, installed]).toEqual([0, "hello a,--b \n", true]);
    expect(err).toBe("Installing the locked dependencies (once) ...\n");
    expect(readFileSync(path.join(root, "npm-calls"), "utf8")).toMatch(
      /^ci --ignore-scripts --include=dev /,
    );
  });

  it("does not happen again", () => {
    start(["src/hello.mjs"]);
    rmSync(path.join(root, "npm-calls"));

    expect(start(["src/hello.mjs"])).toEqual({
      status: 0,
      out: "hello  \n",
      err: "",
      installed: false,
    });
  });

  it.each([
    ["whoever ran npm ci, with another platform's packages left out", ["needed", "tool"], false],
    ["whoever ran npm ci --omit=dev, for a server", ["needed"], false],
    ["whoever misses a package", ["tool"], true],
  ])("for %s", (_, names, installs) => {
    const places = names.map((name) => [
      `node_modules/${name}`,
      LOCK[`node_modules/${name}` as keyof typeof LOCK],
    ]);
    haveInstalled(Object.fromEntries(places));

    expect(start(["src/hello.mjs"]).installed).toBe(installs);
  });

  it("happens when the lockfile moved on", () => {
    haveInstalled({ ...LOCK, "node_modules/needed": { version: "1.2.2" } });

    expect(start(["src/hello.mjs"]).installed).toBe(true);
  });

  it("happens when a folder was removed by hand", () => {
    haveInstalled(LOCK);
    rmSync(path.join(root, "node_modules/needed"), { recursive: true });

    expect(start(["src/hello.mjs"]).installed).toBe(true);
  });

  it("tests need the development tools", () => {
    haveInstalled({ "node_modules/needed": LOCK["node_modules/needed"] });

    expect(start(["--vitest", "run"]).installed).toBe(true);
  });

  it("a failure is one sentence and exit code 1, and leaves no lock behind", () => {
    const failed = start(["src/hello.mjs"], { env: { NPM_FAILS: "1" } });

    expect([failed.status, failed.out]).toEqual([1, ""]);
    expect(failed.err).toContain('The installation failed. Run "npm ci" to see why.');
    expect(existsSync(path.join(root, ".install.lock"))).toBe(false);
  });

  it("a lock whose holder is gone does not stop it", () => {
    write(".install.lock", "999999999");

    expect(start(["src/hello.mjs"]).status).toBe(0);
  });
});

describe("starting", () => {
  it.each([
    ["20.18.3", 1],
    ["18.20.0", 1],
    ["20.19.0", 0],
    ["24.1.0", 0],
  ])("on Node.js %s ends with %d", (version, status) => {
    write(
      "old.cjs",
      `Object.defineProperty(process, "versions", { value: { node: "${version}" } });`,
    );
    const started = start(["src/hello.mjs"], { node: ["--require", path.join(root, "old.cjs")] });

    expect(started.status).toBe(status);
    if (status === 1)
      expect(started.err).toBe(
        `Cleargate needs Node.js 20.19 or newer; this is ${version}. See https://nodejs.org.\n`,
      );
  });

  it(".env fills what the environment leaves out, and is not read under tests", () => {
    write(".env", "A=from-file\n");

    expect(start(["src/hello.mjs"]).out).toBe("hello  from-file\n");
    expect(start(["src/hello.mjs"], { env: { A: "outer" } }).out).toBe("hello  outer\n");
    expect(start(["src/hello.mjs"], { env: { CLEARGATE_TEST: "1" } }).out).toBe("hello  \n");
  });
});

describe("what was built", () => {
  beforeEach(() => {
    haveInstalled(LOCK);
    write("src/hello.ts", "");
    write("dist/hello.js", 'console.log("built");');
    write(
      "node_modules/tsx/api.mjs",
      'export const register = () => { console.log("sources"); process.exit(); };',
    );
  });
  const asOf = (minutes: number, file: string) => {
    const at = Date.now() / 1000 + minutes * 60;
    utimesSync(path.join(root, file), at, at);
  };

  it("is started in place of the sources, until one of them changes", () => {
    asOf(1, "dist/hello.js");
    expect(start(["src/hello.ts"]).out).toBe("built\n");

    asOf(2, "src/start.mjs");
    expect(start(["src/hello.ts"]).out).toBe("sources\n");
  });

  it("stays when the next build fails half-way", () => {
    write(
      "node_modules/typescript/bin/tsc",
      `const folder = process.argv.at(-1);
       require("node:fs").mkdirSync(folder);
       require("node:fs").writeFileSync(folder + "/hello.js", "half");
       process.exit(2);`,
    );
    write("node_modules/typescript/package.json", "{}");

    expect(start(["--build"]).status).toBe(2);
    expect(readFileSync(path.join(root, "dist/hello.js"), "utf8")).toContain("built");
    expect(readdirSync(root).filter((name) => name.startsWith("dist"))).toEqual(["dist"]);
  });

  it("is not written over where somebody else's folder is", () => {
    const theirs = path.join(root, "src");
    const { status, err } = start(["--build", theirs]);

    expect([status, err]).toEqual([1, `${theirs} is there already; give a new folder.\n`]);
    expect(existsSync(path.join(theirs, "start.mjs"))).toBe(true);
  });
});
