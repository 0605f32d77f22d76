/** The ledger in the terminal: every organisation has its own, and all of them must be whole. */
import type { Deps } from "../app/ports.ts";
import type { Message } from "../messages/message.ts";
import { ledgerMessage, replayMessage } from "../messages/report.ts";
import type { CliAnswer } from "./run.ts";

export async function verifyInTerminal(
  deps: Pick<Deps, "store">,
  replay: boolean,
): Promise<CliAnswer> {
  const checked = [];
  const messages: { readonly ok: boolean; readonly message: Message }[] = [];
  for (const organisation of await deps.store.organisations()) {
    const verdict = await deps.store.verifyLedger(organisation);
    messages.push({ ok: verdict.ok, message: ledgerMessage(verdict) });
    const replayed = replay ? await deps.store.replay(organisation) : null;
    if (replayed) messages.push({ ok: replayed.ok, message: replayMessage(replayed) });
    checked.push({ organisation, ...verdict, ...(replayed ? { replay: replayed } : {}) });
  }
  const broken = messages.find(({ ok }) => !ok);
  return {
    outcome: broken ? "failed" : "passed",
    message: {
      headline: (broken ?? messages[0])?.message.headline ?? "There is no ledger yet.",
      // With one ledger the headline has said it.
      sections: messages.flatMap(({ message: { headline, sections = [] } }) =>
        messages.length === 1 ? sections : [{ lines: [headline] }, ...sections],
      ),
    },
    json: JSON.stringify(checked),
  };
}

/** A line each, as `cleargate-verify --key` reads them from a file. */
export async function publicKey(deps: Deps): Promise<CliAnswer> {
  const keys = await deps.store.publicKeys();
  const [headline, ...more] = keys;
  if (headline === undefined) {
    const none = "There is no key yet: the service makes it when it first starts.";
    return { outcome: "failed", message: { headline: none }, json: "[]" };
  }
  const sections = more.length === 0 ? [] : [{ lines: more }];
  return { outcome: "passed", message: { headline, sections }, json: JSON.stringify(keys) };
}
