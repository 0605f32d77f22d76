import { isRefusal, type Refusal } from "../../domain/refusal.ts";
import type { RequirementView } from "../../domain/requirements/view.ts";
import { consentSentence } from "../../domain/sign-offs/consent.ts";
import { maySign } from "../../domain/sign-offs/sign.ts";
import { ceremonyForm } from "../../messages/sign-off.ts";
import { type Found, withItem } from "../migrations/find.ts";
import type { Context, Reading, Reply, UseCase } from "../ports.ts";
import { whoIsTold } from "./who-is-told.ts";

/** The ceremony: everything that is signed, on one screen. Refuses those who may not sign before they read. */
export const reviewSignOff: UseCase<"ReviewSignOff"> = (context, command) =>
  withItem(context, command, (found, reading) => openCeremony(context, found, reading));

async function openCeremony(
  context: Context,
  found: Found,
  reading: Reading,
): Promise<Reply | Refusal> {
  const { view, requirement, input } = found;
  const meaning = meaningInForce(requirement);
  const approval = requirement.approvals[meaning];
  if (!approval) return { refused: "nothing_to_sign" };
  const refusal = maySign({
    view,
    requirement: requirement.name,
    meaning,
    contentHash: approval.contentHash,
    signer: { person: context.person, roles: context.person.roles },
    ourDomains: context.deps.signingEmailDomains,
    heldRoles: input.heldRoles,
  });
  if (isRefusal(refusal)) return refusal;
  const consent = consentSentence({ view, requirement: requirement.name, meaning });
  const told = await whoIsTold({ context, reading, view, requirement });
  const form = ceremonyForm({ view, requirement, approval, consent, signer: context.person, told });
  return { kind: "form", form };
}

/** An open request says what is signed; without one, that the requirement is met. */
export function meaningInForce(
  requirement: RequirementView,
): "requirement_met" | "not_applicable" | "waiver" {
  return requirement.openRequest?.meaning ?? "requirement_met";
}
