/** The account that PostgreSQL runs under, and its programs. */
import path from "node:path";

/** `nobody` on Linux: PostgreSQL refuses to run as root. */
const UNPRIVILEGED = 65534;

/** Empty for our own. */
export interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

export function postgresAccount(): Account {
  return process.getuid?.() === 0 ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : {};
}

/** The file name of one of the programs. */
export function programOf(native: string, name: "postgres" | "initdb"): string {
  return path.join(native, "bin", process.platform === "win32" ? `${name}.exe` : name);
}
