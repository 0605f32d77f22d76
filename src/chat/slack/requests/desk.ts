/** What every handler works with: who is asking, the application behind a time limit, and what to say when it fails. */
import { createHash, randomUUID } from "node:crypto";
import type { Inbound, Log, Reply } from "../../../app/ports.ts";
import { Unavailable } from "../../../domain/fault.ts";
import { didNotWork, OTHER_WORKSPACE } from "../../../messages/edge/sentences.ts";
import type { Message } from "../../../messages/message.ts";
import { isForeign, isOurs, type Origin, toIdentity, toPlace } from "../identity.ts";
import type { Connection } from "../install/connections.ts";

/** Slack waits three seconds; this leaves time for the answer to travel. */
export const ANSWER_WITHIN_MS = 2_500;

/** Everything that answers the requests of one workspace. */
export interface Desk extends Connection {
  readonly converse: (inbound: Inbound) => Promise<Reply>;
  readonly log: Log;
  readonly apiUrl: string;
}

/** The desk of whichever workspace a request comes from. */
export interface Desks {
  /** Null: the app is not installed there. */
  of(origin: Origin): Promise<Desk | null>;
  /** What somebody hears there. */
  readonly elsewhere: Message;
  /** The app was taken away from the workspace that the event names. */
  removed(body: unknown): Promise<void>;
  readonly log: Log;
  readonly apiUrl: string;
}

/** Who asks, from where. */
export interface Asker {
  readonly userId: string;
  readonly userTeamId: string | null;
  readonly origin: Origin;
  readonly channelId: string | null;
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
    const [installation, workspaceId] = await Promise.all([
      desk.workplace.installation(),
      desk.workplace.workspaceId(),
    ]);
    if (!isOurs(installation, asker.origin)) {
      desk.log.warn("slack_other_workspace", { provider: "slack", correlationId });
      return { reply: { kind: "show", message: OTHER_WORKSPACE }, failed: false };
    }
    if (isForeign(installation, asker.userTeamId)) desk.foreigners.note(asker.userId);
    const { workspaceRef } = installation;
    const reply = await desk.converse({
      identity: toIdentity(asker.userId, { workspaceId, workspaceRef }),
      place: toPlace(workspaceId, asker.channelId),
      correlationId,
      ...request,
    });
    return { reply, failed: false };
  } catch (error) {
    const event = error instanceof Unavailable ? "slack_unavailable" : "slack_request_failed";
    desk.log.error(event, { provider: "slack", correlationId, error });
    return { reply: { kind: "show", message: didNotWork(correlationId) }, failed: true };
  }
}

/** What a person did once has one key: the trigger of the click, else the content of the request. */
export function toEventKey(triggerId: string | null | undefined, body: unknown): string {
  if (triggerId) return `slack:trigger:${triggerId}`;
  const digest = createHash("sha256").update(JSON.stringify(body)).digest("hex");
  return `slack:body:${digest}`;
}
