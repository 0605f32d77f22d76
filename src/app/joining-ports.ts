/** What use cases need of the store so that one organisation can join another. */
import type { Instant, OrganisationId, Sha256, WorkspaceId } from "../domain/ids.ts";
import type { OrganisationSummary } from "../domain/organisations/joining.ts";
import type { CarriedInstallation } from "../domain/organisations/workspace-facts.ts";
import type { Refusal } from "../domain/refusal.ts";
import type { Writing } from "./ports.ts";

/** The organisation that joins, held until the transaction ends. */
export interface Leaving {
  readonly organisation: OrganisationSummary;
  readonly installations: ReadonlyMap<WorkspaceId, Installation>;
}

export type Installation = CarriedInstallation & { readonly installer: string };

export interface Joining<L, T> {
  /** A repeat of it runs nothing and answers `repeated`. */
  readonly eventKey: string;
  readonly leaves: OrganisationId;
  readonly stays: OrganisationId;
  /** Of the organisation that stays. */
  readonly codeHash: Sha256;
  readonly now: Instant;
  /** Writes the last facts of the ledger that ends, and says what goes along. A refusal undoes everything. */
  leave(writing: Writing, leaving: Leaving): Promise<L | Refusal>;
  /** Writes the facts of the ledger that stays; the workspaces belong to it by now. */
  arrive(writing: Writing, leaving: Leaving, carried: L): Promise<T>;
}

export interface JoiningStore {
  organisation(id: OrganisationId): Promise<OrganisationSummary>;
  /** Moves every workspace of one organisation into another, with the tokens of its apps, in one transaction. */
  joinOrganisations<L, T>(joining: Joining<L, T>): Promise<T | Refusal | "repeated">;
}
