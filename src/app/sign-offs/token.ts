import { sha256 } from "../../domain/audit/canonical.ts";
import { Instant } from "../../domain/ids.ts";
import { isRefusal } from "../../domain/refusal.ts";
import { maySign } from "../../domain/sign-offs/sign.ts";
import { plusSeconds } from "../../domain/time/day.ts";
import { signingTokenForm } from "../../messages/sign-off.ts";
import { changeMigration } from "../migrations/change.ts";
import type { UseCase } from "../ports.ts";

/** How long a signing token may be spent. */
export const TOKEN_SECONDS = 600;

/**
 * Gives a token with which the same person may sign the same content once in the terminal. Only its hash is
 * stored; the token itself is shown once, to this person alone.
 */
export const signInTerminal: UseCase<"SignInTerminal"> = async (context, command) => {
  const { migration, requirement, meaning, contentHash } = command;
  const token = context.deps.newSecret();
  const expiresAt = Instant.parse(plusSeconds(context.now, TOKEN_SECONDS));
  const changed = await changeMigration(context, migration, ({ view, roles }) => {
    const refusal = maySign({
      view,
      requirement,
      meaning,
      contentHash,
      signer: { person: context.person, roles },
      ourDomains: context.deps.signingEmailDomains,
    });
    if (isRefusal(refusal)) return refusal;
    return [
      {
        type: "SigningTokenIssued",
        migrationId: migration,
        requirement,
        tokenHash: sha256(token),
        meaning,
        contentHash,
        expiresAt,
      },
    ];
  });
  if (isRefusal(changed)) return changed;
  const form = signingTokenForm({ token, requirement, migration, expiresAt });
  return { kind: "form", form };
};
