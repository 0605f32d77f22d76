import type { GateVerdict } from "../../domain/gates/verdict.ts";
import { isRefusal, type Refusal } from "../../domain/refusal.ts";
import { gateChoice, gateInBrief, gateMessage } from "../../messages/gate.ts";
import { tellSeal } from "../announcements/sealed.ts";
import { askedIn, changeMigration } from "../migrations/change.ts";
import { isPostedHere, locateMigration } from "../migrations/find.ts";
import { gateAt, type Loaded } from "../migrations/load-view.ts";
import type { Acting, UseCase } from "../ports.ts";
import { gatePost } from "./post.ts";

/** Computes a gate, records that it was asked, and posts the result to the migration's channel. */
export const checkGate: UseCase<"CheckGate"> = async (context, command) => {
  const loaded = await locateMigration(context, command);
  if (isRefusal(loaded) || "kind" in loaded) return loaded;
  const { stage } = command;
  if (stage === undefined) return { kind: "show", message: gateChoice(loaded.view) };
  const checked = await checkStage(context, loaded, stage);
  if (isRefusal(checked)) return checked;
  const { verdict, loaded: now } = checked;
  const say = isPostedHere(context, now.view.record) ? gateInBrief : gateMessage;
  return { kind: "show", message: say(verdict, now.view) };
};

/** The verdict of this moment, recorded. It is computed under the lock and never kept for later. */
export async function checkStage(
  acting: Acting,
  { view: { record } }: Loaded,
  stage: 3 | 5,
): Promise<{ readonly verdict: GateVerdict; readonly loaded: Loaded } | Refusal> {
  let verdict: GateVerdict | undefined;
  const changed = await changeMigration(acting, record.id, async ({ input, view, writing }) => {
    verdict = gateAt(input, stage);
    await writing.deliver(await tellSeal(writing, gatePost(verdict, { input, view })));
    return [
      {
        type: "GateChecked",
        migrationId: record.id,
        stage,
        verdict: verdict.verdict,
        unsatisfied:
          verdict.verdict === "pass"
            ? []
            : verdict.unsatisfied.flatMap(({ requirement }) => requirement ?? []),
        ...askedIn(acting),
      },
    ];
  });
  if (isRefusal(changed)) return changed;
  return { verdict: verdict ?? gateAt(changed.after.input, stage), loaded: changed.after };
}
