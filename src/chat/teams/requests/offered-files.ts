/**
 * Files that people were offered, so that what they take is what was made for them, byte for byte. Only for a while,
 * and only as long as this process remembers: else the file is made again.
 */
import { randomUUID } from "node:crypto";
import type { Message } from "../../../messages/message.ts";

export type Attachment = NonNullable<Message["attachment"]>;

export interface OfferedFiles {
  keep(owner: string, file: Attachment): string;
  /** Null: never offered to this person, or too long ago. */
  find(id: string | null, owner: string): Attachment | null;
}

const MOST = 100;
const KEPT_MS = 30 * 60 * 1_000;

export function createOfferedFiles(now: () => number = () => performance.now()): OfferedFiles {
  const offered = new Map<
    string,
    { readonly owner: string; readonly file: Attachment; readonly until: number }
  >();
  return {
    keep(owner, file) {
      const id = randomUUID();
      const [oldest] = offered.keys();
      if (offered.size >= MOST && oldest !== undefined) offered.delete(oldest);
      offered.set(id, { owner, file, until: now() + KEPT_MS });
      return id;
    },
    find(id, owner) {
      const found = offered.get(id ?? "");
      return found && found.owner === owner && found.until > now() ? found.file : null;
    },
  };
}
