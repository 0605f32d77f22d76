/**
 * How the library's calls travel: to listed addresses only, within two seconds, once. The library repeats a call that
 * failed three times, also when the first one was done; a thrown `CallFailed` is what it does not repeat.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { ConfigurationBotFrameworkAuthentication } from "botbuilder";
import { z } from "zod";
import { type Allowed, isServiceUrl } from "./endpoints.ts";
import type { Tokens } from "./tokens.ts";
import { CallFailed, troubleOf, troubleOfConnection } from "./trouble.ts";

type Constructed = ConstructorParameters<typeof ConfigurationBotFrameworkAuthentication>;
export type CredentialsFactory = NonNullable<Constructed[1]>;
export type ConnectorOptions = NonNullable<Constructed[4]>;
type HttpClient = NonNullable<ConnectorOptions["httpClient"]>;
type Sent = Parameters<HttpClient["sendRequest"]>[0];
type Received = Awaited<ReturnType<HttpClient["sendRequest"]>>;

/** What the library cannot pass on. */
export interface Outgoing {
  /** Only the recipient sees it. */
  readonly isTargeted: boolean;
  readonly timeoutMs: number;
}

export const outgoing = new AsyncLocalStorage<Outgoing>();

const TIMEOUT_MS = 2_000;

export function createHttpClient(allowed: Allowed, tokens: Tokens | null): HttpClient {
  return {
    async sendRequest(request) {
      const how = outgoing.getStore() ?? { isTargeted: false, timeoutMs: TIMEOUT_MS };
      if (!isServiceUrl(request.url, allowed))
        throw new CallFailed({ kind: "refused", code: "AddressNotAllowed" });
      const url = new URL(request.url);
      if (how.isTargeted) url.searchParams.set("isTargetedActivity", "true");
      const response = await call(url, request, how);
      const body = await response.text().catch(() => "");
      if (response.ok) return toReceived(request, response, body);
      if (response.status === 401) tokens?.drop();
      const retryAfter = response.headers.get("retry-after");
      throw new CallFailed(troubleOf(response.status, { retryAfter, body }));
    },
  };
}

/** Who sees a targeted message stands fast: an edit that names somebody is refused. */
function withoutRecipient(method: string, body: string): string {
  if (method !== "PUT") return body;
  const { recipient: _fast, ...rest } = Body.parse(JSON.parse(body));
  return JSON.stringify(rest);
}

const Body = z.record(z.string(), z.unknown());

async function call(url: URL, request: Sent, how: Outgoing): Promise<Response> {
  const { method, body } = request;
  const { isTargeted, timeoutMs } = how;
  try {
    return await fetch(url, {
      method,
      headers: request.headers.toJson(),
      ...(typeof body === "string"
        ? { body: isTargeted ? withoutRecipient(method, body) : body }
        : {}),
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch (error) {
    throw new CallFailed(troubleOfConnection(error));
  }
}

function toReceived(request: Sent, response: Response, bodyAsText: string): Received {
  // The library's own class of headers is reached through the request's.
  const headers = request.headers.clone();
  for (const name of headers.headerNames()) headers.remove(name);
  response.headers.forEach((value, name) => {
    headers.set(name, value);
  });
  return { request, status: response.status, headers, bodyAsText };
}

/** Credentials that put our token on each call; nobody's where nothing is verified. */
export function createCredentials(appId: string, tokens: Tokens | null): CredentialsFactory {
  return {
    isValidAppId: async (given) => given === appId,
    isAuthenticationDisabled: async () => tokens === null,
    createCredentials: async () => ({
      async signRequest(request) {
        if (tokens) request.headers.set("authorization", `Bearer ${await tokens.token()}`);
        return request;
      },
    }),
  };
}
