/** Linking two accounts of one person by a code, and taking them apart again. */
import type { Instant, Sha256 } from "../../domain/ids.ts";
import {
  decideLink,
  decideUnlink,
  hashLinkCode,
  readLinkCode,
  refuseLink,
} from "../../domain/people/linking.ts";
import type { Identity, Person, PersonSummary } from "../../domain/people/person.ts";
import { isRefusal, type Refusal } from "../../domain/refusal.ts";
import {
  accountsLinked,
  accountUnlinked,
  confirmLinkForm,
  linkCodeForm,
  linkNotice,
  linksMessage,
} from "../../messages/accounts/link.ts";
import type { Message } from "../../messages/message.ts";
import { recorded } from "../migrations/change.ts";
import type { Context, Reply, UseCase, Writing } from "../ports.ts";
import { isGoodCode, issueCode, noteMiss, refuseTries, tellAdministrators } from "./codes.ts";
import { recognise } from "./recognise.ts";

/** Without a code: shows one. With the code of the other account: asks whether to link. */
export const linkIdentity: UseCase<"LinkIdentity"> = async (context, command) => {
  if (command.code === undefined) return showCode(context);
  const code = readLinkCode(command.code);
  const codeHash = hashLinkCode(code ?? "");
  const stays = await findMaker(context, codeHash);
  if (isRefusal(stays)) return stays;
  const ending = context.person.roles;
  return {
    kind: "form",
    form: confirmLinkForm({ stays, joins: context.person, ending }, codeHash),
  };
};

async function showCode(context: Context): Promise<Reply | Refusal> {
  const issued = await issueCode(context, { hash: hashLinkCode });
  return isRefusal(issued) ? issued : { kind: "form", form: linkCodeForm(issued) };
}

/** Links the accounts. The code is looked for again, and what it promises is decided under lock. */
export const confirmLink: UseCase<"ConfirmLink"> = async (context, command) => {
  const joins = context.person;
  const stays = await findMaker(context, command.code);
  if (isRefusal(stays)) return stays;
  const done = await context.deps.store.write(
    joins.organisationId,
    context.eventKey,
    async (writing): Promise<Message | Refusal> => {
      // In one order, so that two links that cross never wait for one another.
      const order = [stays.id, joins.id].toSorted();
      for (const id of order) await writing.holdLinkTries({ person: id, since: context.now });
      if (!(await isGood(writing, { codeHash: command.code, stays, now: context.now })))
        return { refused: "link_code_invalid" };
      const known = await writing.person(joins.id);
      const ending = await writing.lockRoles(joins.id);
      const accounts = known?.identities ?? [];
      const isStill = accounts.some((account) => isSameAccount(account, joins.identity));
      if (!isStill) return { refused: "out_of_date" };
      const decided = decideLink({
        stays: { ...stays, roles: await writing.lockRoles(stays.id) },
        joins,
        accounts,
        endingRoles: ending,
        codeHash: command.code,
      });
      if (isRefusal(decided)) return decided;
      await writing.record(recorded(context, decided.facts));
      const pair = { stays, joins, ending };
      await writing.deliver(await tellAdministrators(writing, joins, linkNotice(pair)));
      return accountsLinked(pair);
    },
  );
  if (done === "repeated") return { refused: "already_done" };
  return isRefusal(done) ? done : { kind: "show", message: done };
};

const isSameAccount = (a: Identity, b: Identity): boolean =>
  a.workspaceId === b.workspaceId && a.userId === b.userId;

/** The person who had the code shown, looked up at the platform; each code that does not fit is counted. */
async function findMaker(context: Context, codeHash: Sha256): Promise<Person | Refusal> {
  const { deps, person } = context;
  const found = await deps.store.write(person.organisationId, null, (writing) =>
    redeem(context, writing, codeHash),
  );
  if (found === "repeated" || found === "unknown") return { refused: "link_code_invalid" };
  if (found === "elsewhere") return { refused: "link_other_organisation" };
  if (isRefusal(found)) return found;
  const { organisationId } = person;
  const maker = await recognise(deps, organisationId, { identity: found, forDecision: true });
  if (isRefusal(maker)) return maker;
  return refuseLink({ stays: maker, joins: person }) ?? maker;
}

async function redeem(
  context: Context,
  writing: Writing,
  codeHash: Sha256,
): Promise<Identity | "unknown" | "elsewhere" | Refusal> {
  const { person, now } = context;
  const tooOften = await refuseTries(context, writing);
  if (tooOften) return tooOften;
  const code = await writing.linkCode(codeHash);
  if (isGoodCode(code, "link", now)) return code.identity;
  await noteMiss(context, writing);
  const organisation = await writing.organisationOfLinkCode(codeHash);
  return organisation !== null && organisation !== person.organisationId ? "elsewhere" : "unknown";
}

async function isGood(
  writing: Writing,
  given: { readonly codeHash: Sha256; readonly stays: Person; readonly now: Instant },
): Promise<boolean> {
  const code = await writing.linkCode(given.codeHash);
  return isGoodCode(code, "link", given.now) && code.personId === given.stays.id;
}

/** The accounts of the person; for an administrator of everybody who has several. */
export const showLinks: UseCase<"ShowLinks"> = (context) =>
  context.deps.store.read(context.person.organisationId, async (reading) => ({
    kind: "show",
    message: linksMessage(await reading.people(), context.person),
  }));

/** The person themself or an administrator takes an account away; two pairs of eyes still see one person. */
export const unlinkIdentity: UseCase<"UnlinkIdentity"> = async (context, command) => {
  const { deps, person } = context;
  const done = await deps.store.write(
    person.organisationId,
    context.eventKey,
    async (writing): Promise<Message | Refusal> => {
      const found = await findAccount(writing, command);
      if (!found) return { refused: "out_of_date" };
      const decided = decideUnlink({ by: person, ...found });
      if (isRefusal(decided)) return decided;
      await writing.record(recorded(context, decided.facts));
      const { person: owner, account } = found;
      const message = accountUnlinked({ name: owner.name, account, by: person.profile.name });
      await writing.deliver(await tellAdministrators(writing, person, message));
      return message;
    },
  );
  if (done === "repeated") return { refused: "already_done" };
  return isRefusal(done) ? done : { kind: "show", message: done };
};

async function findAccount(
  writing: Writing,
  asked: { readonly workspace: Identity["workspaceId"]; readonly user: string },
): Promise<{
  readonly person: PersonSummary;
  readonly account: PersonSummary["identities"][number];
} | null> {
  for (const person of await writing.people()) {
    const account = person.identities.find(
      ({ workspaceId, userId }) => workspaceId === asked.workspace && userId === asked.user,
    );
    if (account) return { person, account };
  }
  return null;
}
