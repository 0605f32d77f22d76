/** What a person may sign in the terminal: one meaning of one requirement, with one content, once. */
import type { Instant, MigrationId, PersonId, Sha256 } from "../ids.ts";
import type { Meaning } from "../migrations/record.ts";
import type { Identity } from "../people/person.ts";

export interface SigningToken {
  readonly tokenHash: Sha256;
  readonly personId: PersonId;
  readonly migrationId: MigrationId;
  readonly requirement: string;
  readonly meaning: Meaning;
  readonly contentHash: Sha256;
  readonly expiresAt: Instant;
  readonly identity: Identity;
}
