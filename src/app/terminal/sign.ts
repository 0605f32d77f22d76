/** Signing in the terminal: the token from the ceremony stands for the person who got it, for one signature. */

import { sha256 } from "../../domain/audit/canonical.ts";
import type { Fact } from "../../domain/facts.ts";
import { instantOf, type MigrationId, RequirementName, SignOffId } from "../../domain/ids.ts";
import type { Actor, SignOff } from "../../domain/migrations/record.ts";
import type { Person } from "../../domain/people/person.ts";
import { isRefusal, type Refusal } from "../../domain/refusal.ts";
import { consentSentence } from "../../domain/sign-offs/consent.ts";
import { decideSignOff } from "../../domain/sign-offs/sign.ts";
import type { SigningToken } from "../../domain/sign-offs/signing-token.ts";
import { isStillGood } from "../../domain/time/lifetime.ts";
import { changeMigration } from "../migrations/change.ts";
import { recognise } from "../people/recognise.ts";
import type { Acting, Deps } from "../ports.ts";
import { TOKEN_SECONDS } from "../sign-offs/token.ts";
import { notingRefusal } from "./refused.ts";

interface Spending {
  readonly migrationId: MigrationId;
  readonly requirement: string;
  readonly token: string;
}

/** The signature that the token allowed. A token is spent once, within its ten minutes, by whoever got it. */
export async function signInTerminal(deps: Deps, spending: Spending): Promise<Signed | Refusal> {
  const { migrationId } = spending;
  const about = { command: "sign_off", migrationId };
  const token = await findToken(deps, spending);
  if (isRefusal(token)) return notingRefusal(deps, about, token);
  const { organisationId, identity } = token;
  const person = await recognise(deps, organisationId, { identity, forDecision: true });
  if (isRefusal(person)) {
    const known = await deps.store.read(organisationId, (reading) =>
      reading.person(token.personId),
    );
    const whose = known && { actor: actorOf(known) };
    return notingRefusal(deps, { ...about, organisationId, ...whose }, person);
  }
  const signed =
    person.id === token.personId
      ? await spend(deps, { token, person })
      : ({ refused: "signing_token_invalid" } as const);
  return notingRefusal(deps, { ...about, organisationId, actor: actorOf(person) }, signed);
}

interface Signed {
  readonly signOff: SignOff;
}

function actorOf({ id, profile }: Pick<Person, "id" | "profile">): Actor {
  return { personId: id, name: profile.name, email: profile.email };
}

type Found = SigningToken & { readonly organisationId: Person["organisationId"] };

async function findToken(deps: Deps, spending: Spending): Promise<Found | Refusal> {
  const { migrationId, requirement } = spending;
  const organisationId = await deps.store.organisationOfMigration(migrationId);
  if (!organisationId) return { refused: "unknown_migration" };
  const tokenHash = sha256(spending.token.trim());
  const token = await deps.store.read(organisationId, (reading) => reading.signingToken(tokenHash));
  const fits = token?.migrationId === migrationId && token.requirement === requirement;
  if (!token || !fits) return { refused: "signing_token_invalid" };
  const given = { expiresAt: token.expiresAt, lifetimeSeconds: TOKEN_SECONDS };
  return isStillGood(given, instantOf(deps.clock()))
    ? { ...token, organisationId }
    : { refused: "signing_token_invalid" };
}

async function spend(
  deps: Deps,
  { token, person }: { readonly token: Found; readonly person: Person },
): Promise<Signed | Refusal> {
  const signOffId = SignOffId.parse(deps.newId());
  const requirement = RequirementName.parse(token.requirement);
  const { meaning, contentHash, tokenHash, migrationId } = token;
  const acting: Acting = {
    deps,
    organisationId: token.organisationId,
    actor: actorOf(person),
    now: instantOf(deps.clock()),
    // Two terminals with one token: the second finds the event already done.
    eventKey: `signing-token:${tokenHash}`,
  };
  const changed = await changeMigration(acting, migrationId, ({ view, input, roles }) => {
    const decided = decideSignOff({
      view,
      requirement,
      meaning,
      contentHash,
      signOffId,
      signer: { person, roles },
      consent: consentSentence({ view, requirement, meaning }),
      ourDomains: deps.signingEmailDomains,
      heldRoles: input.heldRoles,
    });
    if (isRefusal(decided)) return decided;
    const spent: Fact = { type: "SigningTokenSpent", migrationId, requirement, tokenHash };
    return [...decided.facts, spent];
  });
  if (isRefusal(changed)) {
    return changed.refused === "already_done" ? { refused: "signing_token_invalid" } : changed;
  }
  const item = changed.after.view.requirements.find(({ name }) => name === requirement)?.item;
  const signOff = item?.signOffs.find(({ id }) => id === signOffId);
  return signOff ? { signOff } : { refused: "out_of_date" };
}
