/** A migration and who holds which roles at that moment: what a decision about it looks at. */
import type { MemberRole } from "../people/person.ts";
import type { MigrationRecord } from "./record.ts";

export interface Situation {
  readonly record: MigrationRecord;
  /** Roles that at least one member of the organisation holds. */
  readonly heldRoles: ReadonlySet<MemberRole>;
  /** The roles of the person who was asked about; none where nobody was. */
  readonly roles: readonly MemberRole[];
}
