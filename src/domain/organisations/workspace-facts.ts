/** Facts about a workspace that went from one organisation to another: one in each ledger. */
import type { Instant, OrganisationId, PersonId, Sha256, WorkspaceId } from "../ids.ts";
import type { Surface } from "../people/person.ts";

interface OfWorkspace {
  readonly workspaceId: WorkspaceId;
  readonly surface: Surface;
  readonly workspaceRef: string;
  /** The administrator of the organisation that stays, who had the code shown. */
  readonly invitedBy: PersonId;
  readonly codeHash: Sha256;
}

/** Where the app is installed in a workspace, without its token. */
export interface CarriedInstallation {
  readonly enterpriseId: string | null;
  readonly isOrgWide: boolean;
  readonly appId: string;
  readonly botUserId: string;
  readonly scopes: readonly string[];
  readonly installedAt: Instant;
  readonly removedAt: Instant | null;
}

export type WorkspaceFact =
  | (OfWorkspace & {
      /** In the ledger that ends; who confirmed it is the actor. */
      readonly type: "WorkspaceLeft";
      readonly to: OrganisationId;
      readonly personal: { readonly inviterName: string; readonly inviterEmail: string | null };
    })
  | (OfWorkspace & {
      /** In the ledger that stays; who confirmed it is the actor, as a person of this organisation. */
      readonly type: "WorkspaceJoined";
      readonly from: OrganisationId;
      readonly installation: CarriedInstallation | null;
      /** Who installed the app, as the platform names them. */
      readonly personal: { readonly installer: string | null };
    });
