/**
 * Whether an activity comes from Teams and is for us. The library judges signature, issuer and endorsement; what can
 * be read before is checked before, so that its other ways in (emulator, skills) stay shut and a late token has its
 * own word.
 */
import type { ConfigurationBotFrameworkAuthentication } from "botbuilder";
import { z } from "zod";
import type { BearerScheme, BearerVerdict, Parsed } from "../../../app/front-ports.ts";
import { Unavailable } from "../../../domain/fault.ts";
import { type Allowed, isServiceUrl } from "./endpoints.ts";
import { parseJson } from "./trouble.ts";

/** The issuer of what the Bot Framework sends to bots, and the only algorithm it signs with. */
const ISSUER = "https://api.botframework.com";
const ALGORITHM = "RS256";
/** As much as two clocks may differ. */
const LEEWAY_SECONDS = 300;
const KEYS_WITHIN_MS = 2_000;

export interface VerifyOptions {
  readonly authentication: ConfigurationBotFrameworkAuthentication;
  readonly appId: string;
  readonly allowed: Allowed;
  readonly clock: () => Date;
}

export function createVerify(options: VerifyOptions): BearerScheme["verify"] {
  return async (token, value) => {
    if (token === null) return "unsigned";
    const early = judgeClaims(options, token, value);
    return early === "fits" ? await judgeSignature(options, token, value) : early;
  };
}

/** In the playground nobody proves anything: only that the answer goes to this machine. */
export function createOpenDoor(allowed: Allowed): BearerScheme["verify"] {
  return async (_token, { serviceUrl }) =>
    typeof serviceUrl === "string" && isServiceUrl(serviceUrl, allowed) ? "fits" : "bad_signature";
}

const Header = z.object({ alg: z.literal(ALGORITHM), kid: z.string() });
const Claims = z.object({
  iss: z.literal(ISSUER),
  aud: z.string(),
  serviceurl: z.string(),
  nbf: z.number(),
  exp: z.number(),
});

function judgeClaims(
  { appId, allowed, clock }: VerifyOptions,
  token: string,
  { serviceUrl, channelId }: Parsed,
): BearerVerdict {
  const [head, body] = token.split(".");
  const header = Header.safeParse(decodePart(head));
  const claims = Claims.safeParse(decodePart(body));
  if (!header.success || !claims.success) return "bad_signature";
  const { aud, serviceurl, nbf, exp } = claims.data;
  const isForUs =
    aud === appId &&
    channelId === "msteams" &&
    serviceurl === serviceUrl &&
    isServiceUrl(serviceurl, allowed);
  if (!isForUs) return "bad_signature";
  const now = clock().getTime() / 1_000;
  return now > exp + LEEWAY_SECONDS || now < nbf - LEEWAY_SECONDS ? "wrong_time" : "fits";
}

function decodePart(part: string | undefined): unknown {
  return part === undefined
    ? undefined
    : parseJson(Buffer.from(part, "base64url").toString("utf8"));
}

/** A library that throws anything but a refusal of ours has still not found the token to be good. */
async function judgeSignature(
  { authentication }: VerifyOptions,
  token: string,
  value: Parsed,
): Promise<BearerVerdict> {
  const activity = { channelId: String(value.channelId), serviceUrl: String(value.serviceUrl) };
  type Activity = Parameters<typeof authentication.authenticateRequest>[0];
  const late = AbortSignal.timeout(KEYS_WITHIN_MS);
  const expired = new Promise<"late">((resolve) => {
    late.addEventListener("abort", () => resolve("late"), { once: true });
  });
  const judged = authentication
    .authenticateRequest(
      { ...EMPTY, ...activity } satisfies Partial<Activity> as Activity,
      `Bearer ${token}`,
    )
    .then(
      () => "fits" as const,
      (error: unknown) => (isMissingKeys(error) ? "late" : ("bad_signature" as const)),
    );
  const verdict = await Promise.race([judged, expired]);
  if (verdict === "late") throw new Unavailable("Microsoft's keys cannot be had now.");
  return verdict;
}

const EMPTY = { type: "message" };

/** The library could not fetch the keys, so nothing is known about the token. */
function isMissingKeys(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return /^(Failed to load|request to|fetch failed)/.test(error.message) || "errno" in error;
}
