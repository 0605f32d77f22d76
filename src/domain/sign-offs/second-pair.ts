/**
 * Whether two pairs of eyes can be found. Whoever answers does not sign, and two signatures are two people, so a role
 * that one person holds can be too little even though somebody holds it.
 */
import type { MemberRole, PersonSummary } from "../people/person.ts";
import { asHuman, isSamePerson } from "../people/same-person.ts";
import type { MigrationView, RequirementView } from "../requirements/view.ts";
import type { Requirement, SignOffRule } from "../workflows/definition.ts";
import { workedOn } from "./duties.ts";

export interface Unsignable {
  readonly requirement: string;
  /** The roles that are asked for; each is held by somebody. */
  readonly roles: readonly MemberRole[];
}

interface Human {
  readonly accounts: readonly PersonSummary[];
  readonly roles: readonly MemberRole[];
}

/** Requirements for which no choice of an answerer leaves enough people who sign, whoever works on them. */
export function findUnsignable(
  requirements: readonly Requirement[],
  people: readonly PersonSummary[],
): readonly Unsignable[] {
  const humans = humansAmong(people);
  return requirements.flatMap(({ name, sign_off }) => {
    const roles = rolesAsked(sign_off, humans);
    const needed = Math.min(neededOf(sign_off), roles.length);
    if (roles.length === 0 || roles.some((role) => !isHeld(humans, role))) return [];
    const isPossible = humans.some(
      (answerer) => mostFilled(roles, without(humans, answerer)) >= needed,
    );
    return isPossible ? [] : [{ requirement: name, roles }];
  });
}

/** Requirements of one migration that nobody is left to sign: all who hold the role worked on them. */
export function findStuck(
  view: MigrationView,
  people: readonly PersonSummary[],
): readonly Unsignable[] {
  const humans = humansAmong(people);
  return view.requirements
    .filter(({ satisfied }) => !satisfied)
    .flatMap((requirement) => stuckOn(view, requirement, humans));
}

function stuckOn(
  view: MigrationView,
  requirement: RequirementView,
  humans: readonly Human[],
): readonly Unsignable[] {
  const quorum = requirement.approvals.requirement_met?.quorum;
  if (!quorum || quorum.met) return [];
  const open = quorum.needs.filter(({ given }) => given === null);
  if (open.some(({ role, mayBeAnswerer }) => role === "member" || mayBeAnswerer)) return [];
  const roles = open.flatMap(({ role }) => (role === "member" ? [] : [role]));
  if (roles.some((role) => !isHeld(humans, role))) return [];
  const signed = quorum.needs.flatMap(({ given }) => (given ? [given.signer] : []));
  const free = humans.filter(({ accounts }) =>
    accounts.every(
      (account) =>
        workedOn(account, { view, requirement, meaning: "requirement_met" }) === null &&
        !signed.some((signer) => isSamePerson(signer, asHuman(account))),
    ),
  );
  const enough = mostFilled(roles, free) >= quorum.needed - quorum.given;
  return enough ? [] : [{ requirement: requirement.name, roles }];
}

function neededOf({ quorum, signers }: SignOffRule): number {
  if (quorum === "all") return signers.length;
  return quorum === "any" ? 1 : quorum;
}

/** A place for any member is filled by anybody, and one for the answerer by the answerer. */
function rolesAsked({ signers }: SignOffRule, humans: readonly Human[]): readonly MemberRole[] {
  return signers.flatMap(({ role, fallback, may_be_answerer }) => {
    if (role === "member" || may_be_answerer) return [];
    return [fallback && !isHeld(humans, role) ? fallback : role];
  });
}

function isHeld(humans: readonly Human[], role: MemberRole): boolean {
  return humans.some(({ roles }) => roles.includes(role));
}

/** How many of the places can be filled, one person a place. A place with as many people as there are places always can. */
function mostFilled(places: readonly MemberRole[], humans: readonly Human[]): number {
  const holders = places.map((role) => humans.filter(({ roles }) => roles.includes(role)));
  const scarce = holders.filter(({ length }) => length < places.length);
  return places.length - scarce.length + fill(scarce, new Set());
}

function fill(places: readonly (readonly Human[])[], taken: ReadonlySet<Human>): number {
  const [first, ...rest] = places;
  if (!first) return 0;
  const choices = first
    .filter((human) => !taken.has(human))
    .map((human) => 1 + fill(rest, new Set([...taken, human])));
  return Math.max(fill(rest, taken), ...choices);
}

function without(humans: readonly Human[], one: Human): readonly Human[] {
  return humans.filter((human) => human !== one);
}

/** Members only; accounts of one human being count once, with the roles of all. */
function humansAmong(people: readonly PersonSummary[]): readonly Human[] {
  const humans: Human[] = [];
  for (const person of people) {
    if (person.kind !== "member") continue;
    const me = asHuman(person);
    const known = humans.findIndex(({ accounts }) =>
      accounts.some((account) => isSamePerson(asHuman(account), me)),
    );
    const before = known < 0 ? { accounts: [], roles: [] } : humans.splice(known, 1)[0];
    humans.push({
      accounts: [...(before?.accounts ?? []), person],
      roles: [...new Set([...(before?.roles ?? []), ...person.roles])],
    });
  }
  return humans;
}
