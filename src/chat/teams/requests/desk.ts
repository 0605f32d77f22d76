/** What every handler works with: who is asking, the application, the ways to answer, and what to say when it fails. */
import { createHash, randomUUID } from "node:crypto";
import type { Inbound, Log, Reply } from "../../../app/ports.ts";
import { Unavailable } from "../../../domain/fault.ts";
import type { WorkspaceId } from "../../../domain/ids.ts";
import { didNotWork } from "../../../messages/edge/sentences.ts";
import type { Bot } from "../api/bot.ts";
import type { Troubles } from "../api/troubles.ts";
import { type Origin, toIdentity, toPlace } from "../identity.ts";
import type { TeamsMemory } from "../ports.ts";
import type { OfferedFiles } from "./offered-files.ts";
import type { OpenForms } from "./open-forms.ts";

export interface Desk {
  readonly bot: Bot;
  readonly memory: TeamsMemory;
  /** The directory whose people are let in; null in the playground: any. */
  readonly tenantId: string | null;
  readonly converse: (inbound: Inbound) => Promise<Reply>;
  readonly workspaceOf: (tenantId: string) => Promise<WorkspaceId>;
  readonly forms: OpenForms;
  readonly offered: OfferedFiles;
  readonly troubles: Troubles;
  /** Hosts from which files are fetched, and to which they are brought. */
  readonly isFileAddress: (url: string) => boolean;
  readonly log: Log;
}

/** Who asks from where, in the workspace of their directory. */
export interface Asker {
  readonly origin: Origin;
  readonly workspaceId: WorkspaceId;
  /** The conversation that it is about: where a card in a personal chat began. */
  readonly about: Pick<Origin, "kind" | "conversationId">;
}

/** Whose a form or an offer is. */
export function ownerOf({ workspaceId, origin }: Pick<Asker, "workspaceId" | "origin">): string {
  return `${workspaceId}/${origin.userId}`;
}

export type Request = Pick<Inbound, "command" | "values" | "eventKey">;

export interface Outcome {
  readonly reply: Reply;
  /** The application did not answer; what it did is not known. */
  readonly failed: boolean;
}

/** Asks the application on behalf of a verified request; never throws. */
export async function ask(desk: Desk, asker: Asker, request: Request): Promise<Outcome> {
  const correlationId = randomUUID();
  try {
    const reply = await desk.converse({
      identity: toIdentity(asker.origin, asker.workspaceId),
      place: toPlace(asker.about, asker.workspaceId),
      correlationId,
      ...request,
    });
    return { reply, failed: false };
  } catch (error) {
    const event = error instanceof Unavailable ? "teams_unavailable" : "teams_request_failed";
    desk.log.error(event, { provider: "teams", correlationId, error });
    return { reply: { kind: "show", message: didNotWork(correlationId) }, failed: true };
  }
}

/** What a person did once has one key: the activity, else its content. */
export function toEventKey(
  { threadId, userId }: Origin,
  id: string | null | undefined,
  body: unknown,
): string {
  if (id) return `teams:activity:${threadId}:${id}`;
  const digest = createHash("sha256")
    .update(JSON.stringify([userId, body]))
    .digest("hex");
  return `teams:body:${digest}`;
}
