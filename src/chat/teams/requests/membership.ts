/** Cleargate was added to a conversation or taken out of it. */

import { post } from "../api/speech.ts";
import { renderMessage } from "../render-message.ts";
import type { Asker, Desk } from "./desk.ts";
import type { Follow } from "./message.ts";
import type { Activity } from "./payloads.ts";
import { WELCOME } from "./sentences.ts";

export async function onMembership(desk: Desk, activity: Activity, asker: Asker): Promise<Follow> {
  const { membersAdded, membersRemoved, recipient, type, action } = activity;
  const isUs = ({ id }: { readonly id: string }): boolean => id === recipient.id;
  const { origin, workspaceId } = asker;
  if (
    membersRemoved?.some(isUs) ||
    (type === "installationUpdate" && action?.startsWith("remove"))
  ) {
    await desk.memory.forget(workspaceId, origin.conversationId);
    return NOTHING;
  }
  // Teams tells of an installation twice; the members' event comes with every kind of conversation.
  if (!membersAdded?.some(isUs)) return NOTHING;
  const { serviceUrl, threadId: conversationId, tenantId } = origin;
  return () => post(desk, { serviceUrl, conversationId, tenantId }, renderMessage(WELCOME));
}

const NOTHING: Follow = async () => undefined;
