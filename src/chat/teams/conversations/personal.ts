/** The chat of one person with Cleargate: known, or opened. */
import type { WorkspaceId } from "../../../domain/ids.ts";
import type { Bot, Where } from "../api/bot.ts";
import { type Trouble, toTrouble } from "../api/trouble.ts";
import type { Troubles } from "../api/troubles.ts";
import type { TeamsMemory } from "../ports.ts";

export interface Finding {
  readonly bot: Bot;
  readonly memory: TeamsMemory;
  readonly troubles: Troubles;
  readonly workspaceId: WorkspaceId;
  readonly tenantId: string;
  /** Where Teams is spoken to when the person was never seen. */
  readonly serviceUrl: string;
}

export async function findPersonal(
  finding: Finding,
  userId: string,
): Promise<Where | { readonly trouble: Trouble }> {
  const { bot, memory, troubles, workspaceId, tenantId } = finding;
  const known = await memory.personal(workspaceId, userId);
  if (known) return { ...known, tenantId };
  const account = await memory.account(workspaceId, userId);
  const serviceUrl = account?.serviceUrl ?? finding.serviceUrl;
  try {
    const id = account?.accountId ?? userId;
    const conversationId = await bot.openPersonal({ serviceUrl, tenantId }, id);
    const opened = { conversationId, kind: "personal", serviceUrl, userId } as const;
    await memory.noteConversation(workspaceId, opened);
    return { serviceUrl, conversationId, tenantId };
  } catch (error) {
    const trouble = toTrouble(error);
    troubles.note("open", trouble);
    // Opening the same chat twice harms nobody.
    return { trouble: trouble.kind === "unknown" ? { kind: "unreachable" } : trouble };
  }
}
