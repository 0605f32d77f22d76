/** Joining the workspaces of one organisation to another, by a code that administrators of both have in hand. */
import { OrganisationId, PersonId, type Sha256 } from "../../domain/ids.ts";
import {
  carryHumans,
  hashJoinCode,
  type OrganisationSummary,
  refuseInvitation,
  refuseJoin,
} from "../../domain/organisations/joining.ts";
import { readLinkCode } from "../../domain/people/linking.ts";
import type { Identity, Person } from "../../domain/people/person.ts";
import { isRefusal, type Refusal } from "../../domain/refusal.ts";
import {
  confirmJoinForm,
  joinCodeForm,
  joinNotice,
  type NamedOrganisation,
  workspacesJoined,
} from "../../messages/accounts/join.ts";
import type { Message } from "../../messages/message.ts";
import type { Installation, Leaving } from "../joining-ports.ts";
import { recorded } from "../migrations/change.ts";
import type { Context, Deps, Reply, UseCase, Writing } from "../ports.ts";
import { isGoodCode, issueCode, noteMiss, refuseTries, tellAdministrators } from "./codes.ts";
import { recognise } from "./recognise.ts";

/** Without a code: shows one. With the code of the other organisation: asks whether to join it. */
export const joinOrganisation: UseCase<"JoinOrganisation"> = async (context, command) => {
  const own = await context.deps.store.organisation(context.person.organisationId);
  const refusal = refuseInvitation({ by: context.person, stays: own });
  if (refusal) return refusal;
  if (command.code === undefined) return showCode(context, own);
  const codeHash = hashJoinCode(readLinkCode(command.code) ?? "");
  const found = await findInvitation(context, codeHash);
  if (isRefusal(found)) return found;
  const { inviter, leaves, stays } = found;
  const form = confirmJoinForm({ leaves, stays, inviter }, codeHash);
  return { kind: "form", form };
};

async function showCode(context: Context, own: OrganisationSummary): Promise<Reply | Refusal> {
  const issued = await issueCode(context, { hash: hashJoinCode, purpose: "join" });
  if (isRefusal(issued)) return issued;
  return { kind: "form", form: joinCodeForm({ ...issued, stays: await name(context.deps, own) }) };
}

interface Invitation {
  readonly inviter: Person;
  readonly leaves: NamedOrganisation;
  readonly stays: NamedOrganisation;
}

/** Whose code it is, with that administrator looked up at the platform; each code that does not fit is counted. */
async function findInvitation(context: Context, codeHash: Sha256): Promise<Invitation | Refusal> {
  const { deps, person } = context;
  const { store } = deps;
  const found = await store.write(person.organisationId, null, (writing) =>
    redeem(context, writing, codeHash),
  );
  if (found === "repeated" || found === null) return { refused: "join_code_invalid" };
  if (typeof found !== "string") return found;
  const stays = await store.organisation(found);
  const leaves = await store.organisation(person.organisationId);
  const code = await store.read(found, (reading) => reading.linkCode(codeHash));
  if (!isGoodCode(code, "join", context.now)) return refuseCode(context);
  const { identity } = code;
  const inviter = await recognise(deps, found, { identity, forDecision: true });
  if (isRefusal(inviter)) return inviter;
  const refusal = refuseJoin({ by: person, inviter, leaves, stays });
  return refusal ?? { inviter, leaves: await name(deps, leaves), stays: await name(deps, stays) };
}

/** The organisation that had it shown; null: nobody did, which is counted. */
async function redeem(
  context: Context,
  writing: Writing,
  codeHash: Sha256,
): Promise<OrganisationId | null | Refusal> {
  const tooOften = await refuseTries(context, writing);
  if (tooOften) return tooOften;
  const organisation = await writing.organisationOfLinkCode(codeHash);
  if (organisation !== null) return OrganisationId.parse(organisation);
  await noteMiss(context, writing);
  return null;
}

/** A code that was good once counts as a miss like any other. */
async function refuseCode(context: Context): Promise<Refusal> {
  const { deps, person } = context;
  await deps.store.write(person.organisationId, null, (writing) => noteMiss(context, writing));
  return { refused: "join_code_invalid" };
}

/** Joins. The code is looked for again, and whether it may still be is decided under lock. */
export const confirmJoin: UseCase<"ConfirmJoin"> = async (context, command) => {
  const { deps, person, now } = context;
  const own = await deps.store.organisation(person.organisationId);
  const refusal = refuseInvitation({ by: person, stays: own });
  if (refusal) return refusal;
  const found = await findInvitation(context, command.code);
  if (isRefusal(found)) return found;
  const join: Join = { ...found, context, codeHash: command.code };
  const done = await deps.store.joinOrganisations({
    eventKey: context.eventKey,
    leaves: found.leaves.id,
    stays: found.stays.id,
    codeHash: command.code,
    now,
    leave: (writing, leaving) => leave(join, writing, leaving),
    arrive: (writing, leaving, humans) => arrive({ ...join, humans }, writing, leaving),
  });
  if (done === "repeated") return { refused: "already_done" };
  return isRefusal(done) ? done : { kind: "show", message: done };
};

interface Join extends Invitation {
  readonly context: Context;
  readonly codeHash: Sha256;
}

/** The accounts that were ever one human being, as the organization that stays is told of them. */
type Humans = ReturnType<typeof carryHumans>;

/** Roles end; the ledger says where the workspaces went. */
async function leave(join: Join, writing: Writing, leaving: Leaving): Promise<Humans | Refusal> {
  const { context, inviter, stays, codeHash } = join;
  const { organisation } = leaving;
  const decided = refuseJoin({ by: context.person, inviter, leaves: organisation, stays });
  if (decided) return decided;
  const newId = () => PersonId.parse(context.deps.newId());
  const humans = carryHumans(await writing.people(), { codeHash, newId });
  const { name: inviterName, email: inviterEmail } = inviter.profile;
  await writing.record(
    recorded(context, [
      ...organisation.roles.map(
        ({ personId, role }) => ({ type: "RoleWithdrawn", personId, role }) as const,
      ),
      ...organisation.workspaces.map(
        (workspace) =>
          ({
            type: "WorkspaceLeft",
            ...workspace,
            invitedBy: inviter.id,
            codeHash,
            to: stays.id,
            personal: { inviterName, inviterEmail },
          }) as const,
      ),
    ]),
  );
  return humans;
}

/** The administrator who confirmed is a person of the organisation from here on, and its ledger's witness. */
async function arrive(
  join: Join & { readonly humans: Humans },
  writing: Writing,
  leaving: Leaving,
): Promise<Message> {
  const { context, inviter, leaves, stays, codeHash, humans } = join;
  const { deps, now, person } = context;
  const known = humans.some((fact) => "identity" in fact && isSame(fact.identity, person));
  const id = PersonId.parse(deps.newId());
  const { identity, profile } = person;
  const base = { organisationId: stays.id, at: now };
  await writing.record([
    ...humans.map((fact) => ({ ...base, actor: null, fact })),
    ...(known
      ? []
      : ([
          {
            ...base,
            actor: null,
            fact: { type: "PersonRecognised", personId: id, identity, personal: profile },
          },
        ] as const)),
  ]);
  const confirmer = (await writing.personOf(identity))?.id ?? id;
  const actor = { personId: confirmer, name: profile.name, email: profile.email };
  await writing.record(
    leaving.organisation.workspaces.map((workspace) => {
      const installed = leaving.installations.get(workspace.workspaceId);
      const fact = {
        type: "WorkspaceJoined",
        ...workspace,
        invitedBy: inviter.id,
        codeHash,
        from: leaves.id,
        ...carry(installed),
      } as const;
      return { ...base, actor, fact };
    }),
  );
  const told = { leaves, stays, inviter, by: person };
  await writing.deliver(await tellAdministrators(writing, { id: confirmer }, joinNotice(told)));
  return workspacesJoined(told);
}

function carry(installed: Installation | undefined) {
  if (!installed) return { installation: null, personal: { installer: null } };
  const { installer, ...installation } = installed;
  return { installation, personal: { installer } };
}

const isSame = (identity: Identity, person: Person): boolean =>
  identity.workspaceId === person.identity.workspaceId &&
  identity.userId === person.identity.userId;

/** With the names that the platforms give their workspaces. */
async function name(
  { directories }: Deps,
  organisation: OrganisationSummary,
): Promise<NamedOrganisation> {
  const workspaces = await Promise.all(
    organisation.workspaces.map(async (workspace) => ({
      ...workspace,
      name: (await directories.get(workspace.surface)?.nameOf?.(workspace.workspaceId)) ?? null,
    })),
  );
  return { ...organisation, workspaces };
}
