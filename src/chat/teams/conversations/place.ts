/** What a card in a personal chat is about: the conversation in which it began, when the person is in it. */
import { toTrouble } from "../api/trouble.ts";
import type { Asker, Desk } from "../requests/desk.ts";

const WITHIN_MS = 1_500;

/** A card names a conversation, and is not believed: whoever is not in it asks from where they are. */
export async function findPlace(
  { bot, memory, troubles }: Desk,
  { origin, workspaceId, about }: Asker,
  place: string | null,
): Promise<Asker["about"]> {
  if (place === null || place === origin.conversationId) return about;
  const known = await memory.conversation(workspaceId, place);
  if (!known || known.kind === "personal") return about;
  const { tenantId, accountId } = origin;
  const { serviceUrl, conversationId, kind } = known;
  try {
    await bot.member({ serviceUrl, conversationId, tenantId }, accountId, WITHIN_MS);
    return { kind, conversationId };
  } catch (error) {
    troubles.note("member", toTrouble(error));
    return about;
  }
}
