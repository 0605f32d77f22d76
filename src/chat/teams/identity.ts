/** Who and where: the directory, the person and the conversation of a verified activity. */
import type { Place } from "../../app/ports.ts";
import type { WorkspaceId } from "../../domain/ids.ts";
import type { Identity } from "../../domain/people/person.ts";
import type { TeamsConversation } from "./ports.ts";
import type { Activity } from "./requests/payloads.ts";

export interface Origin {
  readonly tenantId: string;
  /** The directory's id of the person. */
  readonly userId: string;
  readonly accountId: string;
  readonly name: string;
  readonly timeZone: string | null;
  readonly kind: TeamsConversation["kind"];
  /** Without `;messageid=`. */
  readonly conversationId: string;
  /** Where an answer stands beside what was said: in a channel, the thread. */
  readonly threadId: string;
  readonly serviceUrl: string;
}

/** Null when the activity does not say who did it, or in which directory. */
export function originOf(activity: Activity): Origin | null {
  const { from, conversation, channelData, serviceUrl } = activity;
  const tenantId = channelData?.tenant?.id ?? conversation.tenantId ?? null;
  if (tenantId === null || !from.aadObjectId) return null;
  return {
    tenantId: tenantId.toLowerCase(),
    userId: from.aadObjectId,
    accountId: from.id,
    name: from.name || "Somebody",
    timeZone: timeZoneOf(activity),
    kind: kindOf(activity),
    conversationId: baseOf(conversation.id),
    threadId: conversation.id,
    serviceUrl,
  };
}

/** The conversation that a thread belongs to. */
export function baseOf(conversationId: string): string {
  return conversationId.split(";")[0] ?? conversationId;
}

export function kindOf({
  conversation,
}: Pick<Activity, "conversation">): TeamsConversation["kind"] {
  const { conversationType, isGroup } = conversation;
  if (conversationType === "channel") return "channel";
  if (conversationType === "groupChat" || isGroup) return "group";
  return "personal";
}

function timeZoneOf({ localTimezone, entities }: Activity): string | null {
  const told = (entities ?? []).find((entity) => entity?.type === "clientInfo")?.timezone;
  return [localTimezone, told].find(isTimeZone) ?? null;
}

function isTimeZone(name: string | null | undefined): name is string {
  if (!name) return false;
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

export function toIdentity(
  { userId, tenantId }: Pick<Origin, "userId" | "tenantId">,
  workspaceId: WorkspaceId,
): Identity {
  return { surface: "teams", workspaceId, workspaceRef: tenantId, userId };
}

export function toPlace(
  { kind, conversationId }: Pick<Origin, "kind" | "conversationId">,
  workspaceId: WorkspaceId,
): Place {
  const channel = { surface: "teams", workspaceId, channelId: conversationId } as const;
  return { kind: kind === "personal" ? "direct" : "channel", channel };
}
