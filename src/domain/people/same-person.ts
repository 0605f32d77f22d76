/** Separation of duties compares human beings: the person, and the e-mail address that two accounts may share. */
import type { PersonId } from "../ids.ts";

export interface Someone {
  readonly personId: PersonId;
  readonly email: string | null;
}

/** A person as separation of duties compares them: with every account that was ever linked. */
export function asHuman(person: {
  readonly id: PersonId;
  readonly humanId?: PersonId;
  readonly profile: { readonly email: string | null };
}): Someone {
  return { personId: person.humanId ?? person.id, email: person.profile.email };
}

export function isSamePerson(a: Someone, b: Someone): boolean {
  if (a.personId === b.personId) return true;
  return a.email !== null && b.email !== null && foldEmail(a.email) === foldEmail(b.email);
}

/** An address as it is compared: the letter case carries no meaning. */
export function foldEmail(email: string): string {
  return email.trim().toLowerCase();
}

/** What stands after the last `@`, in lower case. */
export function domainOf(email: string): string {
  return foldEmail(email).slice(email.trim().lastIndexOf("@") + 1);
}
