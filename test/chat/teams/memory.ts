/** What the database remembers of Teams, for one workspace. */
import type {
  TeamsAccount,
  TeamsConversation,
  TeamsMemory,
} from "../../../src/chat/teams/ports.ts";
import type { WorkspaceId } from "../../../src/domain/ids.ts";

export interface Remembered {
  readonly memory: TeamsMemory;
  readonly conversations: Map<string, TeamsConversation>;
  readonly accounts: Map<string, TeamsAccount>;
}

export function aMemory(workspaceId: WorkspaceId, tenantId: string): Remembered {
  const conversations = new Map<string, TeamsConversation>();
  const accounts = new Map<string, TeamsAccount>();
  const memory: TeamsMemory = {
    tenantOf: async (workspace) => (workspace === workspaceId ? tenantId : null),
    noteConversation: async (_workspace, one) => void conversations.set(one.conversationId, one),
    noteAccount: async (_workspace, account) => void accounts.set(account.userId, account),
    conversation: async (_workspace, id) => conversations.get(id) ?? null,
    personal: async (_workspace, userId) =>
      [...conversations.values()].find((one) => one.userId === userId) ?? null,
    account: async (_workspace, userId) => accounts.get(userId) ?? null,
    accounts: async () => [...accounts.values()],
    forget: async (_workspace, id) => void conversations.delete(id),
  };
  return { memory, conversations, accounts };
}
