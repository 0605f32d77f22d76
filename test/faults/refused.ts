/** Deeds that are refused whenever they come, each under a number that the ledger keeps with the refusal. */
import { randomUUID } from "node:crypto";
import { WEB_CAST } from "../scenarios/web-stage.ts";
import type { TestStore } from "../support/database.ts";
import type { Deed } from "./deeds.ts";

export interface Refused extends Deed {
  /** The reason and the number. */
  readonly mark: string;
  /** How the sentence begins that its sender is told. */
  readonly hears: string;
}

/** A signature as somebody would give it. */
type Signature = Pick<Deed, "channel" | "command">;

/** By a guest, who never signs. */
export const byGuest = (signature: Signature): Refused =>
  refused(signature, "guest", { code: "not_a_member", hears: "Only full members can do this" });

/** By a member who does not hold the role that the requirement asks for. */
export const withoutRole = (signature: Signature): Refused =>
  refused(signature, "sales", { code: "role_needed", hears: "This needs the role" });

/** Once more, where somebody has signed already. */
export const onceMore = (signature: Signature): Refused =>
  refused(signature, "security", { code: "already_signed", hears: "Amara Okafor has already" });

/** On a form of other content than there is now. */
export const outOfDate = ({ channel, command }: Signature): Refused =>
  refused({ channel, command: { ...command, contentHash: "0".repeat(64) } }, "security", {
    code: "out_of_date",
    hears: "This changed since you opened it",
  });

function refused(
  { channel, command }: Signature,
  role: keyof typeof WEB_CAST,
  { code, hears }: { readonly code: string; readonly hears: string },
): Refused {
  const request = randomUUID();
  return {
    as: WEB_CAST[role],
    channel,
    command: { ...command, request },
    eventId: randomUUID(),
    mark: `${code} ${request}`,
    hears,
  };
}

/** The marks of all refusals that the ledger has, sealed or not, once for each entry. */
export async function readRefusals({
  asOwner,
}: Pick<TestStore, "asOwner">): Promise<readonly string[]> {
  const rows = await asOwner(
    `select concat_ws(' ', entry ->> 'code', entry -> 'claimed' ->> 'request') as mark
     from (select entry::jsonb from ledger_entries
       union all select entry::jsonb from ledger_staging) as all_entries
     where entry ->> 'type' = 'CommandRefused' and entry -> 'claimed' ? 'request'`,
  );
  return rows.map(({ mark }) => String(mark));
}
