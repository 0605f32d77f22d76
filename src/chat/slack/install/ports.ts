/** What installing in several workspaces needs of the store: states of started installations, and who is installed. */
import type { Instant, OrganisationId, Sha256, WorkspaceId } from "../../../domain/ids.ts";

/** One installation of the app, with the token that works there. */
export interface Installed {
  readonly organisationId: OrganisationId;
  readonly workspaceId: WorkspaceId;
  /** The workspace's id, or the organisation's when the app is installed for all of it. */
  readonly workspaceRef: string;
  readonly enterpriseId: string | null;
  readonly isOrgWide: boolean;
  readonly appId: string;
  readonly botUserId: string;
  readonly installedAt: Instant;
  readonly botToken: string;
}

export interface NewInstallation extends Omit<Installed, "organisationId" | "workspaceId"> {
  readonly scopes: readonly string[];
  /** Who installed it, as Slack tells it. */
  readonly installer: { readonly userId: string; readonly workspaceName: string };
}

/** An installation that somebody has started in a browser and not finished. */
export interface Started {
  readonly stateHash: Sha256;
  readonly browserHash: Sha256;
  readonly expiresAt: Instant;
}

export type RemovalReason = "app_uninstalled" | "tokens_revoked" | "token_refused";

export interface SlackInstallations {
  /** False when too many are under way. Forgets what has expired at `now`. */
  start(started: Started, now: Instant): Promise<boolean>;
  /** Takes it out: whoever asks a second time gets null. */
  take(stateHash: Sha256): Promise<Started | null>;
  /** Where it is installed now. */
  refs(): Promise<readonly string[]>;
  /** The ids of the Slack apps that are installed; one app has one id. */
  appIds(): Promise<readonly string[]>;
  /** Keeps it in place of an earlier one of the workspace. */
  install(installation: NewInstallation): Promise<void>;
  /** By the workspace's or organisation's own id. */
  ofRef(workspaceRef: string): Promise<Installed | null>;
  ofWorkspace(workspaceId: WorkspaceId): Promise<Installed | null>;
  /** Deletes its token; false when there is none, or one that was installed after `notAfter`. */
  remove(removal: {
    readonly workspaceRef: string;
    readonly why: RemovalReason;
    readonly notAfter: Instant;
  }): Promise<boolean>;
}
