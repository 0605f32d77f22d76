import type { GateVerdict } from "../../domain/gates/verdict.ts";
import type { MigrationId } from "../../domain/ids.ts";
import { isRefusal, type Refusal } from "../../domain/refusal.ts";
import { gateChoice, gateInBrief, gateMessage } from "../../messages/gate.ts";
import { askedIn, changeMigration } from "../migrations/change.ts";
import { isPostedHere, locateId, withMigration } from "../migrations/find.ts";
import { gateAt, type Loaded } from "../migrations/load-view.ts";
import type { Acting, UseCase } from "../ports.ts";
import { gatePost } from "./post.ts";

/** Computes a gate, records that it was asked, and posts the result to the migration's channel. */
export const checkGate: UseCase<"CheckGate"> = async (context, command) => {
  const { stage } = command;
  if (stage === undefined) return chooseStage(context, command);
  const id = await locateId(context, command);
  if (typeof id !== "string") return id;
  const checked = await checkStage(context, id, stage);
  if (isRefusal(checked)) return checked;
  const { verdict, loaded: now } = checked;
  const say = isPostedHere(context, now.view.record) ? gateInBrief : gateMessage;
  return { kind: "show", message: say(verdict, now.view) };
};

const chooseStage: UseCase<"CheckGate"> = (context, command) =>
  withMigration(context, command, ({ view }) => ({ kind: "show", message: gateChoice(view) }));

/** The verdict of this moment, recorded. It is computed under the lock and never kept for later. */
export async function checkStage(
  acting: Acting,
  id: MigrationId,
  stage: 3 | 5,
): Promise<{ readonly verdict: GateVerdict; readonly loaded: Loaded } | Refusal> {
  let verdict: GateVerdict | undefined;
  const changed = await changeMigration(acting, id, ({ input, view, tell }) => {
    verdict = gateAt(input, stage);
    tell(gatePost(verdict, { input, view }));
    return [
      {
        type: "GateChecked",
        migrationId: id,
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
