import type { CommandOf } from "../../domain/command.ts";
import { SignOffId } from "../../domain/ids.ts";
import { isRefusal, type Refusal } from "../../domain/refusal.ts";
import { consentSentence } from "../../domain/sign-offs/consent.ts";
import { decideSignOff } from "../../domain/sign-offs/sign.ts";
import { signedMessage } from "../../messages/sign-off.ts";
import { type Changed, changeMigration } from "../migrations/change.ts";
import type { Context, Reply, UseCase } from "../ports.ts";

/** Records the signature of the person behind the request, on exactly what that person saw. */
export const recordSignOff: UseCase<"SignOff"> = async (context, command) => {
  const signOffId = SignOffId.parse(context.deps.newId());
  const changed = await sign(context, command, signOffId);
  return isRefusal(changed) ? changed : confirm(context, changed, { command, signOffId });
};

type Signing = Omit<CommandOf<"SignOff">, "type">;

/** Decides and writes one signature; the roles are those read under lock. */
export function sign(
  context: Context,
  command: Signing,
  signOffId: SignOffId,
): Promise<Changed | Refusal> {
  const { requirement, meaning, contentHash } = command;
  return changeMigration(context, command.migration, ({ view, input, roles }) => {
    const decided = decideSignOff({
      view,
      requirement,
      meaning,
      contentHash,
      signOffId,
      requestId: command.request,
      signer: { person: context.person, roles },
      consent: consentSentence({ view, requirement, meaning }),
      ourDomains: context.deps.signingEmailDomains,
      heldRoles: input.heldRoles,
    });
    return isRefusal(decided) ? decided : decided.facts;
  });
}

function confirm(
  context: Context,
  { after }: Changed,
  signed: { readonly command: Signing; readonly signOffId: SignOffId },
): Reply | Refusal {
  const { requirement: name } = signed.command;
  const requirement = after.view.requirements.find((entry) => entry.name === name);
  const signOff = requirement?.item.signOffs.find(({ id }) => id === signed.signOffId);
  if (!requirement || !signOff) return { refused: "out_of_date" };
  const message = signedMessage({ view: after.view, requirement, signOff, now: context.now });
  return { kind: "show", message };
}
