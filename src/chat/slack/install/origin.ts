/** For which installation a payload is meant, whatever kind of payload it is. */
import { z } from "zod";
import type { Origin } from "../identity.ts";

const id = z.string().min(1).max(255).nullish().catch(null);
const named = z.object({ id }).nullish().catch(null);
const yes = z
  .union([z.boolean(), z.enum(["true", "false"]).transform((word) => word === "true")])
  .nullish()
  .catch(null);

const Meant = z.looseObject({
  team_id: id,
  enterprise_id: id,
  is_enterprise_install: yes,
  team: named,
  enterprise: named,
  authorizations: z
    .array(z.object({ team_id: id, enterprise_id: id, is_enterprise_install: yes }))
    .nullish()
    .catch(null),
});

/** The installation that an event was delivered for comes first; in shared channels the sender's team is another. */
export function originOf(body: unknown): Origin {
  const meant = Meant.safeParse(body).data;
  const [authorization] = meant?.authorizations ?? [];
  return {
    teamId: authorization?.team_id ?? meant?.team?.id ?? meant?.team_id ?? null,
    enterpriseId:
      authorization?.enterprise_id ?? meant?.enterprise?.id ?? meant?.enterprise_id ?? null,
  };
}

/** Whose installation it is: the organisation's when it is installed for all of it, else the workspace's. */
export function installedRefOf(body: unknown): string | null {
  const meant = Meant.safeParse(body).data;
  const [authorization] = meant?.authorizations ?? [];
  const { teamId, enterpriseId } = originOf(body);
  const isWide = authorization?.is_enterprise_install ?? meant?.is_enterprise_install ?? false;
  return isWide && enterpriseId !== null ? enterpriseId : teamId;
}
