/** A link that a person gave: https, to a host that is allowed, without a password in it. */

export type ReadLink =
  | { readonly link: string; readonly problem: null }
  | { readonly link: null; readonly problem: string };

/** The link in its normal form, or a sentence. Without hosts, any https host will do. */
export function readLink(typed: string, hosts: readonly string[] = []): ReadLink {
  const text = typed.trim();
  if (!URL.canParse(text)) return problem("This is not a link. It starts with https://.");
  const url = new URL(text);
  if (url.protocol !== "https:") return problem("Give a link that starts with https://.");
  if (url.username !== "" || url.password !== "") {
    return problem("This link has a user name or password in it. Remove it.");
  }
  if (url.href.length > 2000) return problem("This link is too long: the most is 2000 characters.");
  if (!url.hostname.includes(".")) return problem("This link has no full host name.");
  if (hosts.length > 0 && !hosts.some((host) => isHost(url.hostname, host))) {
    return problem(`The link must be on ${hosts.join(" or ")}.`);
  }
  return { link: url.href, problem: null };
}

/** `*.example.org` stands for any subdomain, and only for those. */
function isHost(hostname: string, allowed: string): boolean {
  const host = allowed.toLowerCase();
  return host.startsWith("*.") ? hostname.endsWith(host.slice(1)) : hostname === host;
}

function problem(sentence: string): ReadLink {
  return { link: null, problem: sentence };
}
