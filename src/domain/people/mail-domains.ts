/** What an e-mail address tells about whom somebody works for. */
import { domainOf } from "./same-person.ts";

/** Anybody can get an address there, so it says nothing about an organisation. */
const FREE_MAIL = new Set([
  "aol.com",
  "fastmail.com",
  "gmail.com",
  "gmx.com",
  "gmx.de",
  "gmx.net",
  "googlemail.com",
  "hey.com",
  "hotmail.com",
  "icloud.com",
  "live.com",
  "mac.com",
  "mail.com",
  "me.com",
  "msn.com",
  "outlook.com",
  "pm.me",
  "proton.me",
  "protonmail.com",
  "tutanota.com",
  "web.de",
  "yahoo.com",
  "yandex.com",
  "ymail.com",
  "zoho.com",
]);

export function isFreeMail(email: string): boolean {
  return FREE_MAIL.has(domainOf(email));
}

/** True for an address of one of the domains or of a subdomain of it. */
export function isAddressIn(email: string, domains: readonly string[]): boolean {
  const domain = domainOf(email);
  return domains
    .map((each) => each.trim().toLowerCase())
    .some((ours) => ours !== "" && (domain === ours || domain.endsWith(`.${ours}`)));
}
