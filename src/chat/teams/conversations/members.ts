/** Whom a form may name: the members of the conversation that it is about, and whoever was seen in the directory. */

import { clip, makeVisible } from "../../../messages/edge/plain-text.ts";
import type { Choice } from "../../../messages/form.ts";
import { Member } from "../directory.ts";
import type { Asker, Desk } from "../requests/desk.ts";

const MOST = 100;
const LABEL = 75;

export async function findPeople(desk: Desk, asker: Asker): Promise<readonly Choice[]> {
  const seen = await desk.memory.accounts(asker.workspaceId, MOST);
  const members = await findMembers(desk, asker);
  const names = new Map<string, string>();
  for (const { userId, name } of [...members, ...seen])
    if (names.size < MOST && !names.has(userId)) names.set(userId, name);
  return [...names]
    .map(([id, name]) => ({ id, label: clip(makeVisible(name), LABEL) }))
    .toSorted((a, b) => a.label.localeCompare(b.label, "en"));
}

/** Each is remembered, so that who was chosen can be looked up. */
async function findMembers(
  { bot, memory, log }: Desk,
  { origin, workspaceId, about }: Asker,
): Promise<readonly { readonly userId: string; readonly name: string }[]> {
  const { tenantId } = origin;
  const known = await memory.conversation(workspaceId, about.conversationId);
  const { conversationId, serviceUrl } = known ?? origin;
  try {
    const listed = await bot.members({ serviceUrl, conversationId, tenantId }, MOST);
    const members = listed.flatMap((one) => Member.safeParse(one).data ?? []);
    const people = members.flatMap(({ id, aadObjectId, objectId, name, email }) => {
      const userId = aadObjectId || objectId;
      if (!userId || id.startsWith("28:")) return [];
      return [{ userId, accountId: id, name: name || email || userId }];
    });
    const missing = people.filter(({ userId }) => userId !== origin.userId);
    for (const person of missing)
      await memory.noteAccount(
        workspaceId,
        {
          ...person,
          conversationId,
          serviceUrl,
          timeZone: null,
        },
        known?.kind ?? origin.kind,
      );
    return people;
  } catch (error) {
    log.warn("teams_members_not_found", { provider: "teams", error });
    return [];
  }
}
