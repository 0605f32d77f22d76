/** Who may take part: full members work and decide; guests read and talk; everybody else is met by their word. */
import type { Refusal } from "../refusal.ts";
import type { Profile } from "./person.ts";
import { domainOf } from "./same-person.ts";

/** Null when the person may open, answer, add evidence and ask for signatures. */
export function mayWork({ kind }: Profile): Refusal | null {
  return kind === "member" ? null : { refused: "not_a_member", kind };
}

/**
 * Null when the person may sign: a member whose e-mail address the platform has confirmed. Without domains of
 * ours, any confirmed address will do.
 */
export function mayDecide(profile: Profile, ourDomains: readonly string[]): Refusal | null {
  const { email, emailConfirmed } = profile;
  const standing = mayWork(profile);
  if (standing) return standing;
  if (email === null) return { refused: "identity_unconfirmed", why: "no_email" };
  if (!emailConfirmed) return { refused: "identity_unconfirmed", why: "email_unconfirmed" };
  const domain = domainOf(email);
  const isOurs = ourDomains.some((ours) => ours.trim().toLowerCase() === domain);
  if (ourDomains.length > 0 && !isOurs) return { refused: "email_domain_not_allowed", domain };
  return null;
}
