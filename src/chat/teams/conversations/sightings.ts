/** Where and as whom somebody was just seen, so that they can be found again; noted once in a while. */
import type { WorkspaceId } from "../../../domain/ids.ts";
import type { Origin } from "../identity.ts";
import type { TeamsMemory } from "../ports.ts";

export interface Sightings {
  note(workspace: WorkspaceId, origin: Origin): Promise<void>;
}

const AGAIN_AFTER_MS = 10 * 60 * 1_000;
const MOST = 10_000;

export function createSightings({ memory }: { readonly memory: TeamsMemory }): Sightings {
  const until = new Map<string, number>();
  return {
    async note(workspace, origin) {
      const key = JSON.stringify([workspace, origin]);
      const now = performance.now();
      if ((until.get(key) ?? 0) > now) return;
      const { conversationId, kind, serviceUrl, userId, accountId, name, timeZone } = origin;
      await memory.noteConversation(workspace, {
        ...{ conversationId, kind, serviceUrl },
        userId: kind === "personal" ? userId : null,
      });
      const account = { userId, accountId, name, conversationId, serviceUrl, timeZone };
      await memory.noteAccount(workspace, account, kind);
      if (until.size >= MOST) until.clear();
      until.set(key, now + AGAIN_AFTER_MS);
    },
  };
}
