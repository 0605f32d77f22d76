import { isRefusal } from "../../domain/refusal.ts";
import { decideRevocation } from "../../domain/sign-offs/revoke.ts";
import { revocationForm, revokedMessage } from "../../messages/sign-off.ts";
import { valueText } from "../conversation/values.ts";
import { changeMigration } from "../migrations/change.ts";
import { withItem } from "../migrations/find.ts";
import type { UseCase } from "../ports.ts";

/** Asks why a signature is revoked: one's own, or as compliance officer anyone's. */
export const revokeSignOff: UseCase<"RevokeSignOff"> = (context, command) =>
  withItem(context, command, ({ view, requirement }) => {
    const standing = requirement.item.signOffs.filter(({ revoked }) => !revoked);
    const own = standing.filter(({ signer }) => signer.personId === context.person.id);
    const signOff = own.at(-1) ?? standing.at(-1);
    if (!signOff) return { refused: "nothing_to_revoke" };
    return { kind: "form", form: revocationForm({ view, requirement, signOff }) };
  });

/** Revokes with the reason: the gate closes at once and the channel is told. */
export const saveRevocation: UseCase<"SaveRevocation"> = async (context, command) => {
  const { migration, signOff: signOffId } = command;
  const reason = valueText(context.values, "reason");
  const changed = await changeMigration(context, migration, ({ view, roles }) => {
    const decided = decideRevocation({ view, signOffId, person: context.person, roles, reason });
    return isRefusal(decided) ? decided : decided.facts;
  });
  if (isRefusal(changed)) return changed;
  return { kind: "show", message: revokedMessage({ view: changed.after.view, signOffId }) };
};
