import { type Identity, MemberRole, type PersonSummary } from "../../domain/people/person.ts";
import { decideRoleGrant, decideRoleWithdrawal } from "../../domain/people/roles.ts";
import { isRefusal, type Refusal } from "../../domain/refusal.ts";
import { grantRoleForm, peopleMessage, roleGranted } from "../../messages/people.ts";
import { valueText } from "../conversation/values.ts";
import { recorded } from "../migrations/change.ts";
import type { Context, UseCase, Writing } from "../ports.ts";
import { recognise } from "./recognise.ts";

/** Asks who gets which role; only administrators of the workspace may. */
export const grantRole: UseCase<"GrantRole"> = async (context) =>
  context.person.profile.isAdministrator
    ? { kind: "form", form: grantRoleForm() }
    : { refused: "administrator_needed" };

/** Grants a role to a member of the workspace. Nobody grants a signing role to themself. */
export const saveRole: UseCase<"SaveRole"> = async (context) => {
  const { deps, person, values } = context;
  const role = MemberRole.safeParse(valueText(values, "role"));
  const userId = valueText(values, "person");
  if (!role.success || userId === "") {
    return { refused: "invalid_answers", fields: { person: "Choose a person and a role." } };
  }
  const identity: Identity = { ...person.identity, userId };
  const grantee = await recognise(deps, person.organisationId, { identity, forDecision: true });
  if (isRefusal(grantee)) return grantee;
  const done = await deps.store.write(
    person.organisationId,
    context.eventKey,
    async (writing): Promise<PersonSummary | Refusal> => {
      const decided = decideRoleGrant({ granter: person, grantee, role: role.data });
      if (isRefusal(decided)) return decided;
      await writing.record(recorded(context, decided.facts));
      return (await writing.person(grantee.id)) ?? { refused: "unknown_migration" };
    },
  );
  if (done === "repeated") return { refused: "already_done" };
  if (isRefusal(done)) return done;
  return { kind: "show", message: roleGranted({ person: done, role: role.data }) };
};

/** Takes a role away. Signatures given under it stay. */
export const withdrawRole: UseCase<"WithdrawRole"> = async (context, command) => {
  const { deps, person } = context;
  const done = await deps.store.write(person.organisationId, context.eventKey, (writing) =>
    withdraw(context, writing, command),
  );
  if (done === "repeated") return { refused: "already_done" };
  if (isRefusal(done)) return done;
  return { kind: "show", message: peopleMessage({ people: done, record: null, viewer: person }) };
};

async function withdraw(
  context: Context,
  writing: Writing,
  { person: id, role }: { readonly person: PersonSummary["id"]; readonly role: MemberRole },
): Promise<readonly PersonSummary[] | Refusal> {
  const grantee = await writing.person(id);
  if (!grantee) return { refused: "out_of_date" };
  const decided = decideRoleWithdrawal({ granter: context.person, grantee, role });
  if (isRefusal(decided)) return decided;
  await writing.record(recorded(context, decided.facts));
  return writing.people();
}
