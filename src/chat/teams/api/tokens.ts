/**
 * The token with which Cleargate calls Teams, from Microsoft's directory. The library would ask for it without any
 * limit of time (docs/decisions/0034-teams-on-botbuilder.md).
 */
import { z } from "zod";
import { CallFailed, troubleOf, troubleOfConnection } from "./trouble.ts";

export interface TokenOptions {
  readonly tokenUrl: string;
  readonly appId: string;
  readonly appPassword: string;
}

export interface Tokens {
  /** Throws `CallFailed`. */
  token(): Promise<string>;
  /** The token was not taken: the next call asks for a new one. */
  drop(): void;
}

const SCOPE = "https://api.botframework.com/.default";
const TIMEOUT_MS = 2_000;
/** A token is replaced before it ends. */
const SPARE_SECONDS = 300;

const Granted = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });
const Refused = z.object({ error: z.string().regex(/^[a-z_]{1,60}$/) });

export function createTokens(options: TokenOptions): Tokens {
  let kept: { readonly token: string; readonly until: number } | null = null;
  let asking: Promise<string> | null = null;
  const ask = async (): Promise<string> => {
    const { access_token: token, expires_in: seconds } = await askFor(options);
    kept = { token, until: performance.now() + Math.max(seconds - SPARE_SECONDS, 1) * 1_000 };
    return token;
  };
  return {
    async token() {
      if (kept && kept.until > performance.now()) return kept.token;
      asking ??= ask().finally(() => {
        asking = null;
      });
      return asking;
    },
    drop() {
      kept = null;
    },
  };
}

async function askFor(options: TokenOptions): Promise<z.infer<typeof Granted>> {
  const { tokenUrl, appId, appPassword } = options;
  const response = await fetch(tokenUrl, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: appId,
      client_secret: appPassword,
      scope: SCOPE,
    }),
    redirect: "error",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error: unknown) => {
    // Whatever happens to this call, nothing was said in Teams.
    const { kind } = troubleOfConnection(error);
    throw new CallFailed(kind === "refused" ? { kind, code: "token" } : { kind: "unreachable" });
  });
  const answer: unknown = await response.json().catch(() => null);
  const granted = Granted.safeParse(answer);
  if (response.ok && granted.success) return granted.data;
  const refused = Refused.safeParse(answer);
  if (refused.success) throw new CallFailed({ kind: "refused", code: refused.data.error });
  const trouble = troubleOf(response.status, { retryAfter: null, body: "" });
  throw new CallFailed(trouble.kind === "unknown" ? { kind: "unreachable" } : trouble);
}
