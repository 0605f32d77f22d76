/** Asks Slack who somebody is at this moment: deactivated, a bot, a guest, another company's, or a member. */
import { z } from "zod";
import type { Directory, Log } from "../../app/ports.ts";
import type { PersonKind, Profile } from "../../domain/people/person.ts";
import { toTrouble } from "./api/clients.ts";
import type { Installation } from "./identity.ts";
import type { Connection, Connections } from "./install/connections.ts";

const flag = z.boolean().nullish();
const UserInfo = z.object({
  user: z.object({
    id: z.string(),
    team_id: z.string().nullish(),
    name: z.string().nullish(),
    real_name: z.string().nullish(),
    tz: z.string().nullish(),
    deleted: flag,
    is_bot: flag,
    is_workflow_bot: flag,
    is_stranger: flag,
    is_restricted: flag,
    is_ultra_restricted: flag,
    is_admin: flag,
    is_owner: flag,
    is_primary_owner: flag,
    is_email_confirmed: flag,
    enterprise_user: z.object({ enterprise_id: z.string().nullish() }).nullish(),
    profile: z.object({ real_name: z.string().nullish(), email: z.string().nullish() }).nullish(),
  }),
});
const AuthTest = z.object({ team: z.string().nullish() });
type SlackUser = z.infer<typeof UserInfo>["user"];

/** Nobody is known where the app is not installed. */
export function createDirectory(connections: Connections, log: Log): Directory {
  return {
    surface: "slack",
    async lookUp({ userId, workspaceId }) {
      try {
        const connection = await connections.ofWorkspace(workspaceId);
        return connection && (await ask(connection, userId));
      } catch (error) {
        log.error("slack_directory_failed", { provider: "slack", error });
        return null;
      }
    },
    async nameOf(workspaceId) {
      const connection = await connections.ofWorkspace(workspaceId).catch(() => null);
      if (!connection) return null;
      const answer = await connection.clients.directory.auth.test().catch(() => null);
      return AuthTest.safeParse(answer).data?.team || null;
    },
  };
}

async function ask(connection: Connection, userId: string): Promise<Profile | null> {
  const { clients, workplace, foreigners, troubles } = connection;
  try {
    const [installation, answer] = await Promise.all([
      workplace.installation(),
      clients.directory.users.info({ user: userId }),
    ]);
    const { user } = UserInfo.parse(answer);
    return toProfile(user, kindOf(user, installation, foreigners.has(userId)));
  } catch (error) {
    const trouble = toTrouble(error);
    troubles.note("users.info", trouble.kind === "refused" ? trouble.code : trouble.kind);
    return null;
  }
}

/** The strictest that applies. An organisation-wide install knows its people by the organisation. */
function kindOf(user: SlackUser, installation: Installation, isForeigner: boolean): PersonKind {
  if (user.deleted) return "deactivated";
  if (user.is_bot || user.is_workflow_bot || user.id === "USLACKBOT") return "bot";
  if (user.is_stranger || isForeigner || !isAtHome(user, installation)) return "external";
  return user.is_restricted || user.is_ultra_restricted ? "guest" : "member";
}

function isAtHome(user: SlackUser, installation: Installation): boolean {
  if (installation.isOrgWide)
    return user.enterprise_user?.enterprise_id === installation.enterpriseId;
  return user.team_id === installation.teamId;
}

function toProfile(user: SlackUser, kind: PersonKind): Profile {
  const name = user.profile?.real_name || user.real_name || user.name || user.id;
  const isAdministrator = user.is_admin || user.is_owner || user.is_primary_owner;
  return {
    name,
    email: user.profile?.email || null,
    emailConfirmed: user.is_email_confirmed === true,
    timeZone: isTimeZone(user.tz) ? user.tz : "UTC",
    kind,
    isAdministrator: isAdministrator === true && kind === "member",
  };
}

function isTimeZone(name: string | null | undefined): name is string {
  if (!name) return false;
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
