/** Microsoft's addresses, and which addresses may get a message of ours: a request names one, and is not believed. */

export interface Endpoints {
  /** Where the keys are published with which requests to bots are signed. */
  readonly openIdMetadataUrl: string;
  readonly tokenUrl: string;
  /** Beginnings of the addresses to which messages may be sent. */
  readonly serviceUrls: readonly string[];
}

/**
 * Of the public cloud and of GCC, whose bots are registered there:
 * https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages
 */
export function microsoftEndpoints(tenantId: string): Endpoints {
  return {
    openIdMetadataUrl: "https://login.botframework.com/v1/.well-known/openidconfiguration",
    tokenUrl: `https://login.microsoftonline.com/${tenantId}/oauth2/v2.0/token`,
    serviceUrls: [
      "https://smba.trafficmanager.net/",
      "https://smba.infra.gcc.teams.microsoft.com/",
    ],
  };
}

/** Who may be sent messages: the listed addresses, or in the playground this machine. */
export type Allowed = readonly string[] | "this machine";

export function isServiceUrl(url: string, allowed: Allowed): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, username, password, href } = new URL(url);
  if (username !== "" || password !== "") return false;
  if (allowed !== "this machine") return allowed.some((start) => href.startsWith(start));
  return /^https?:$/.test(protocol) && isThisMachine(hostname);
}

export function isThisMachine(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
}
