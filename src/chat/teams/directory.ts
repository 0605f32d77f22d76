/** Asks Teams who somebody is at this moment, where Cleargate knows them to be: a member, a guest, or not there. */
import { z } from "zod";
import type { Directory, Log } from "../../app/ports.ts";
import type { PersonKind, Profile } from "../../domain/people/person.ts";
import type { Bot } from "./api/bot.ts";
import { toTrouble } from "./api/trouble.ts";
import type { TeamsAccount, TeamsMemory } from "./ports.ts";

export interface DirectoryOptions {
  readonly bot: Bot;
  readonly memory: TeamsMemory;
  /** E-mail addresses, in lower case, of those who grant roles. */
  readonly administrators: readonly string[];
  readonly log: Log;
}

const WITHIN_MS = 1_500;

const text = z.string().nullish().catch(null);
/** `userRole` and `tenantId` come from Teams alone. */
export const Member = z.object({
  id: z.string(),
  aadObjectId: text,
  objectId: text,
  name: text,
  email: text,
  userPrincipalName: text,
  tenantId: text,
  userRole: text,
});
export type Member = z.infer<typeof Member>;

export function createDirectory(options: DirectoryOptions): Directory {
  const { memory, log } = options;
  return {
    surface: "teams",
    async lookUp({ workspaceId, userId, workspaceRef: tenantId }) {
      try {
        const account = await memory.account(workspaceId, userId);
        if (!account) return null;
        const personal = await memory.personal(workspaceId, userId);
        return await ask(options, { ...account, ...(personal ?? {}), userId }, tenantId);
      } catch (error) {
        log.error("teams_directory_failed", { provider: "teams", error });
        return null;
      }
    },
  };
}

async function ask(
  { bot, administrators, log }: DirectoryOptions,
  account: TeamsAccount,
  tenantId: string,
): Promise<Profile | null> {
  const { serviceUrl, conversationId, accountId } = account;
  try {
    const found = await bot.member({ serviceUrl, conversationId, tenantId }, accountId, WITHIN_MS);
    return toProfile(Member.parse(found), { account, tenantId, administrators });
  } catch (error) {
    const trouble = toTrouble(error);
    // Whoever is not in the directory any more is nobody's member.
    if (trouble.kind === "refused" && GONE.test(trouble.code)) return departed(account);
    log.warn("teams_member_not_found", { provider: "teams", why: trouble.kind });
    return null;
  }
}

const GONE = /^(MemberNotFoundInConversation|UserNotFound|HTTP404|NotFound)$/;

function departed({ name, timeZone }: TeamsAccount): Profile {
  return {
    name,
    email: null,
    emailConfirmed: false,
    timeZone: timeZone ?? "UTC",
    kind: "deactivated",
    isAdministrator: false,
  };
}

interface Known {
  readonly account: Pick<TeamsAccount, "name" | "timeZone">;
  readonly tenantId: string;
  readonly administrators: readonly string[];
}

export function toProfile(member: Member, { account, tenantId, administrators }: Known): Profile {
  const kind = kindOf(member, tenantId);
  const email = member.email || asAddress(member.userPrincipalName);
  return {
    name: member.name || account.name,
    email,
    // The address is the directory's own: only its administrators write it.
    emailConfirmed: email !== null && kind === "member",
    timeZone: account.timeZone ?? "UTC",
    kind,
    isAdministrator: kind === "member" && isNamed(member, administrators),
  };
}

/** The strictest that applies. A guest's name at sign-in carries `#EXT#`. */
function kindOf(
  { id, userRole, userPrincipalName, tenantId: home }: Member,
  tenantId: string,
): PersonKind {
  if (id.startsWith("28:") || /^(bot|skill)$/i.test(userRole ?? "")) return "bot";
  if (home && home.toLowerCase() !== tenantId) return "external";
  if (/^(guest|anonymous)$/i.test(userRole ?? "") || /#EXT#/i.test(userPrincipalName ?? ""))
    return "guest";
  return "member";
}

function asAddress(name: string | null | undefined): string | null {
  return name && /^[^@\s#]+@[^@\s]+$/.test(name) ? name : null;
}

function isNamed({ email, userPrincipalName }: Member, administrators: readonly string[]): boolean {
  return [email, userPrincipalName].some(
    (address) => address && administrators.includes(address.toLowerCase()),
  );
}
