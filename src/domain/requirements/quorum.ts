/** Who has to sign, who has signed, and whether that is enough. One person fills one place, whatever roles they hold. */
import type { Meaning, SignOff } from "../migrations/record.ts";
import type { MemberRole } from "../people/person.ts";
import { isSamePerson } from "../people/same-person.ts";
import type { Signer, SignOffRule } from "../workflows/definition.ts";
import type { Quorum } from "./view.ts";

/**
 * The quorum over signatures that already count for this content. A rule that names nobody is never met, and a
 * signature stays good when its role is later held by nobody or by somebody new.
 */
export function quorumOf(input: {
  readonly signers: readonly Signer[];
  readonly rule: SignOffRule["quorum"];
  readonly meaning: Meaning;
  readonly signOffs: readonly SignOff[];
  readonly heldRoles: ReadonlySet<MemberRole>;
}): Quorum {
  const { signers, rule, signOffs } = input;
  const people = groupByPerson(signOffs);
  const given = match(signers, people);
  const needs = signers.map((signer, index) => ({
    role: given[index]?.role ?? roleNow(signer, input.heldRoles),
    // Only a confirmation may come from its answerer; setting a requirement aside takes a second person.
    mayBeAnswerer: input.meaning === "requirement_met" && signer.may_be_answerer === true,
    given: given[index] ?? null,
  }));
  const needed = neededOf(rule, signers.length);
  const count = given.filter((signOff) => signOff !== null).length;
  return { needs, needed, given: count, met: count >= needed };
}

/** At least one, so that a rule which names nobody is never met. */
function neededOf(rule: SignOffRule["quorum"], signers: number): number {
  if (rule === "all") return Math.max(signers, 1);
  return rule === "any" ? 1 : rule;
}

function roleNow(signer: Signer, heldRoles: ReadonlySet<MemberRole>): Signer["role"] {
  if (signer.role === "member" || heldRoles.has(signer.role)) return signer.role;
  return signer.fallback ?? signer.role;
}

/** Signatures of one human being, who may have two accounts with one e-mail address. */
function groupByPerson(signOffs: readonly SignOff[]): readonly (readonly SignOff[])[] {
  const groups: SignOff[][] = [];
  for (const signOff of signOffs) {
    const same = groups.filter((group) =>
      group.some(({ signer }) => isSamePerson(signer, signOff.signer)),
    );
    for (const group of same) groups.splice(groups.indexOf(group), 1);
    groups.push([...same.flat(), signOff]);
  }
  return groups;
}

/** A largest matching of places to people (augmenting paths); per place the signature that fills it. */
function match(
  signers: readonly Signer[],
  people: readonly (readonly SignOff[])[],
): readonly (SignOff | null)[] {
  const placeOf = new Map<number, number>();
  const seat = (place: number, tried: Set<number>): boolean =>
    people.some((signatures, person) => {
      if (tried.has(person) || !signatures.some((given) => fits(signers[place], given))) {
        return false;
      }
      tried.add(person);
      const taken = placeOf.get(person);
      if (taken !== undefined && !seat(taken, tried)) return false;
      placeOf.set(person, place);
      return true;
    });
  signers.forEach((_, place) => {
    seat(place, new Set());
  });
  return signers.map((signer, place) => {
    const person = [...placeOf].find(([, seated]) => seated === place)?.[0];
    const signatures = person === undefined ? [] : (people[person] ?? []);
    return signatures.find((given) => fits(signer, given)) ?? null;
  });
}

function fits(signer: Signer | undefined, signOff: SignOff): boolean {
  return signer !== undefined && [signer.role, signer.fallback].includes(signOff.role);
}
