import type { MigrationId, SignOffId } from "../../domain/ids.ts";
import { isRefusal, type Refusal } from "../../domain/refusal.ts";
import { decideUndo } from "../../domain/sign-offs/revoke.ts";
import { revokedMessage } from "../../messages/sign-off.ts";
import { changeMigration } from "../migrations/change.ts";
import { locateMigration } from "../migrations/find.ts";
import type { Context, Reply, UseCase } from "../ports.ts";

/** `/compliance undo`: takes back one's newest signature in this migration, within 30 seconds. */
export const undo: UseCase<"Undo"> = async (context, command) => {
  const loaded = await locateMigration(context, command);
  if (isRefusal(loaded) || "kind" in loaded) return loaded;
  const [newest] = loaded.view.record.items
    .flatMap(({ signOffs }) => signOffs)
    .filter(({ signer, revoked }) => signer.personId === context.person.id && !revoked)
    .toSorted((a, b) => (a.signedAt < b.signedAt ? 1 : -1));
  if (!newest) return { refused: "nothing_to_undo" };
  return undoOne(context, { migration: loaded.view.record.id, signOff: newest.id });
};

/** The Undo button under the confirmation. The row stays, as revoked. */
export const undoSignOff: UseCase<"UndoSignOff"> = (context, command) => undoOne(context, command);

async function undoOne(
  context: Context,
  which: { readonly migration: MigrationId; readonly signOff: SignOffId },
): Promise<Reply | Refusal> {
  const { migration, signOff: signOffId } = which;
  const changed = await changeMigration(context, migration, ({ view }) => {
    const decided = decideUndo({ view, signOffId, person: context.person });
    return isRefusal(decided) ? decided : decided.facts;
  });
  if (isRefusal(changed)) return changed;
  return { kind: "show", message: revokedMessage({ view: changed.after.view, signOffId }) };
}
