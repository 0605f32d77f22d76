/** The key that signs checkpoints: given by the configuration, or made once and kept beside the data. */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { readSigningKey, type SigningKey, vkeyOf } from "../../domain/audit/signed-note.ts";
import { openKeptFile } from "./kept-file.ts";
import type { Signing } from "./ledger.ts";

const FILE = "ledger-key.pem";
const KEPT_FILE = "checkpoints.txt";
const PUBLIC_FILE = "ledger-key.pub";
const VARIABLE = "CLEARGATE_SIGNING_KEY";

interface OpenedKey {
  readonly key: SigningKey;
  /** Where it lies, for people. */
  readonly lies: string;
}

interface Options {
  readonly given: string | null;
  readonly dataDir: string;
  readonly mayMake: boolean;
}

/** What signs, and the file outside the database that remembers it; null where this process leaves signing to others. */
export function openSigning(options: Options): Signing | { readonly problem: string } | null {
  const opened = openSigningKey(options);
  if (opened === null || "problem" in opened) return opened;
  const file = path.join(options.dataDir, KEPT_FILE);
  const isKept = isWritable(options.dataDir);
  return { ...opened, kept: openKeptFile(isKept ? file : null), isKept };
}

function isWritable(folder: string): boolean {
  try {
    fs.accessSync(folder, fs.constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The signing key, or what has to be mended. Null: there is none here, and none may be made. */
function openSigningKey(options: Options): OpenedKey | { readonly problem: string } | null {
  const { given, dataDir, mayMake } = options;
  const file = path.join(dataDir, FILE);
  try {
    if (given !== null) return openGiven(given, dataDir);
    if (mayMake) makeKey(file);
    else if (!fs.existsSync(file)) return null;
    return openFile(file);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    const problem = `The signing key in the data folder cannot be used (${code}). Mend the folder's rights, or set ${VARIABLE}.`;
    return { problem };
  }
}

function openGiven(given: string, dataDir: string): OpenedKey | { readonly problem: string } {
  const key = readSigningKey(given);
  if (!key) return { problem: `${VARIABLE} is not an Ed25519 private key in PKCS#8 PEM.` };
  if (isWritable(dataDir)) publish(path.join(dataDir, PUBLIC_FILE), key);
  return { key, lies: VARIABLE };
}

/** Made aside and linked into place, so that of two first starts at once one key remains, and it is whole. */
function makeKey(file: string): void {
  if (fs.existsSync(file)) return;
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o755 });
  const { privateKey } = generateKeyPairSync("ed25519");
  const aside = `${file}.${randomBytes(4).toString("hex")}`;
  const handle = fs.openSync(aside, "wx", 0o600);
  fs.writeSync(handle, String(privateKey.export({ type: "pkcs8", format: "pem" })));
  fs.fsyncSync(handle);
  fs.closeSync(handle);
  try {
    fs.linkSync(aside, file);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  } finally {
    fs.unlinkSync(aside);
  }
}

function openFile(file: string): OpenedKey | { readonly problem: string } {
  const others = fs.statSync(file).mode & 0o077;
  if (others !== 0 && process.platform !== "win32") {
    return {
      problem: `${FILE} in the data folder can be read by other accounts. Run chmod 600 on it, and replace the key if somebody may have copied it.`,
    };
  }
  const key = readSigningKey(fs.readFileSync(file, "utf8"));
  if (!key) {
    return { problem: `${FILE} in the data folder is damaged. Restore it from a backup.` };
  }
  publish(path.join(path.dirname(file), PUBLIC_FILE), key);
  return { key, lies: `${FILE} in the data folder` };
}

/** What auditors get. Keys that stood there before stay: old checkpoints need them. */
function publish(file: string, key: SigningKey): void {
  const line = vkeyOf(key);
  const known = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
  if (known.split("\n").includes(line)) return;
  fs.appendFileSync(file, `${line}\n`, { mode: 0o644 });
}
