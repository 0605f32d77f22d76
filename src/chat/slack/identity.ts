/** Who and where: the installation behind our token, and the identity and place of a verified request. */
import { z } from "zod";
import type { Place } from "../../app/ports.ts";
import type { WorkspaceId } from "../../domain/ids.ts";
import type { Identity } from "../../domain/people/person.ts";
import type { Clients } from "./api/clients.ts";

/** Where the app of our token is installed. */
export interface Installation {
  readonly teamId: string;
  readonly enterpriseId: string | null;
  readonly isOrgWide: boolean;
  /** The organisation's id when the app is installed for all of it, else the workspace's. */
  readonly workspaceRef: string;
  /** Cleargate itself. */
  readonly botUserId: string | null;
}

const AuthTest = z.object({
  team_id: z.string(),
  user_id: z.string().nullish(),
  enterprise_id: z.string().nullish(),
  is_enterprise_install: z.boolean().nullish(),
});

export interface Workplace {
  installation(): Promise<Installation>;
  workspaceId(): Promise<WorkspaceId>;
}

/** Asks Slack once whose the token is; a failure is not kept, so that the next request asks again. */
export function createWorkplace(
  clients: Clients,
  workspaceOf: (workspaceRef: string) => Promise<WorkspaceId>,
): Workplace {
  const installation = once(async () => toInstallation(await clients.answers.auth.test()));
  const workspaceId = once(async () => workspaceOf((await installation()).workspaceRef));
  return { installation, workspaceId };
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let kept: Promise<T> | null = null;
  return () => {
    kept ??= ask().catch((error: unknown) => {
      kept = null;
      throw error;
    });
    return kept;
  };
}

function toInstallation(answer: unknown): Installation {
  const { team_id, user_id, enterprise_id, is_enterprise_install } = AuthTest.parse(answer);
  const isOrgWide = is_enterprise_install === true && Boolean(enterprise_id);
  return {
    teamId: team_id,
    enterpriseId: enterprise_id ?? null,
    isOrgWide,
    workspaceRef: isOrgWide && enterprise_id ? enterprise_id : team_id,
    botUserId: user_id ?? null,
  };
}

/** What a request says about where it comes from; organisation-wide installs send no team. */
export interface Origin {
  readonly teamId: string | null;
  readonly enterpriseId: string | null;
}

/** True when the request belongs to the workspace or organisation that our token is for. */
export function isOurs(installation: Installation, origin: Origin): boolean {
  if (installation.isOrgWide) return origin.enterpriseId === installation.enterpriseId;
  return origin.teamId === installation.teamId;
}

/** True when the person's home is another workspace: a guest of Slack Connect, not one of us. */
export function isForeign(installation: Installation, userTeamId: string | null): boolean {
  if (userTeamId === null || installation.isOrgWide) return false;
  return userTeamId !== installation.teamId;
}

/**
 * People whose requests named another home workspace. Slack's directory may describe them from our side, so what
 * the request said is kept for the look-up that follows it.
 */
export interface Foreigners {
  note(userId: string): void;
  has(userId: string): boolean;
}

const MAX_FOREIGNERS = 10_000;

export function createForeigners(): Foreigners {
  const ids = new Set<string>();
  return {
    note(userId) {
      if (ids.size >= MAX_FOREIGNERS) ids.clear();
      ids.add(userId);
    },
    has: (userId) => ids.has(userId),
  };
}

export function toIdentity(
  userId: string,
  given: { readonly workspaceId: WorkspaceId; readonly workspaceRef: string },
): Identity {
  const { workspaceId, workspaceRef } = given;
  return { surface: "slack", workspaceId, workspaceRef, userId };
}

/** A channel, a direct message, or the home tab when there is no channel. */
export function toPlace(workspaceId: WorkspaceId, channelId: string | null): Place {
  if (channelId === null) return { kind: "home", channel: null };
  const channel = { surface: "slack", workspaceId, channelId } as const;
  return { kind: channelId.startsWith("D") ? "direct" : "channel", channel };
}
