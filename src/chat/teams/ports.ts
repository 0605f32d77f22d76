/** What Teams has to remember: where it may speak, and by which id Teams knows a person. Nothing of what was said. */
import type { WorkspaceId } from "../../domain/ids.ts";

export interface TeamsConversation {
  /** Without `;messageid=`. */
  readonly conversationId: string;
  readonly kind: "personal" | "group" | "channel";
  /** Where Teams takes messages for it. */
  readonly serviceUrl: string;
  /** Of a personal chat: whose it is, by the directory's id. */
  readonly userId: string | null;
}

export interface TeamsAccount {
  /** The directory's id of the person (`aadObjectId`). */
  readonly userId: string;
  /** Teams' own id, such as `29:…`; another one for each bot. */
  readonly accountId: string;
  readonly name: string;
  /** The last team or chat with others in which the person was seen; their own chat, if never in one. */
  readonly conversationId: string;
  readonly serviceUrl: string;
  /** IANA time zone, as the person's client told it; null: it never did. */
  readonly timeZone: string | null;
}

export interface TeamsMemory {
  /** The directory (tenant) of a workspace; null when it is none of Teams'. */
  tenantOf(workspace: WorkspaceId): Promise<string | null>;
  noteConversation(workspace: WorkspaceId, conversation: TeamsConversation): Promise<void>;
  /** From a personal chat: what is known of a conversation with others stays. */
  noteAccount(
    workspace: WorkspaceId,
    account: TeamsAccount,
    seenIn: TeamsConversation["kind"],
  ): Promise<void>;
  conversation(workspace: WorkspaceId, id: string): Promise<TeamsConversation | null>;
  /** The chat of one person with Cleargate. */
  personal(workspace: WorkspaceId, userId: string): Promise<TeamsConversation | null>;
  account(workspace: WorkspaceId, userId: string): Promise<TeamsAccount | null>;
  /** People that were seen, newest first. */
  accounts(workspace: WorkspaceId, limit: number): Promise<readonly TeamsAccount[]>;
  /** Cleargate was taken out of the conversation. */
  forget(workspace: WorkspaceId, conversationId: string): Promise<void>;
}
