/** What leaves the house for auditors: the whole ledger of an organization, and the proof of one sign-off. */
import type { OrganisationId, SignOffId } from "../domain/ids.ts";

export interface Bundle {
  readonly entries: number;
  readonly checkpoints: number;
}

export interface Proof {
  /** The file's content. */
  readonly text: string;
  readonly entry: number;
  /** How many entries the checkpoint covers. */
  readonly size: number;
}

/**
 * `no_signing_key`: what leaves here is signed, and this process has nothing to sign with.
 * `nothing_signed`: no checkpoint covers anything yet.
 */
export type NoExport = "no_signing_key" | "nothing_signed";

export interface LedgerExports {
  /** Writes every entry up to the newest checkpoint, in the order of docs/ledger-format.md, piece by piece. */
  bundle(
    organisationId: OrganisationId,
    write: (text: string) => Promise<void>,
  ): Promise<Bundle | NoExport>;
  /** Null: no checkpoint covers a sign-off of this id. */
  proof(organisationId: OrganisationId, signOff: SignOffId): Promise<Proof | null>;
}
