/** Who signs what: the channel's keys and tokens on the way in, the app's own tokens on the way out. */
import { generateKeyPairSync, type KeyObject, randomUUID, sign } from "node:crypto";
import type { Json } from "../slack/checks/parts.ts";
import { Refused } from "./refusal.ts";

interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const made = new Map<SigningKey, KeyPair>();

/** Making one takes a moment: none is made before it is needed, and all stand-ins of a process share them. */
function keyPair(key: SigningKey): KeyPair {
  const pair = made.get(key) ?? generateKeyPairSync("rsa", { modulusLength: 2048 });
  made.set(key, pair);
  return pair;
}

/** `unendorsed`: published, but not for Teams. `stray`: never published; it claims the id of the current one. */
export type SigningKey = "current" | "unendorsed" | "stray";

const KEY_IDS: Readonly<Record<SigningKey, string>> = {
  current: "standin-current",
  unendorsed: "standin-unendorsed",
  stray: "standin-current",
};

export interface TokenChanges {
  /** Over the good ones; `undefined` leaves one out. */
  readonly claims?: Json;
  readonly key?: SigningKey;
  /** An id that nobody published, for example. */
  readonly keyId?: string;
  /** `none`: not signed at all. */
  readonly algorithm?: "RS256" | "none";
}

interface Channel {
  readonly appId: string;
  readonly serviceUrl: string;
}

/** A token as the channel sends it with every activity. */
export function signChannelToken(channel: Channel, changes: TokenChanges = {}): string {
  const { key = "current", algorithm = "RS256" } = changes;
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    serviceurl: channel.serviceUrl,
    nbf: now - 300,
    exp: now + 3600,
    iss: "https://api.botframework.com",
    aud: channel.appId,
    ...changes.claims,
  };
  const header = { alg: algorithm, kid: changes.keyId ?? KEY_IDS[key], typ: "JWT" };
  const signed = [header, claims].map(encode).join(".");
  if (algorithm === "none") return `${signed}.`;
  const signature = sign("RSA-SHA256", Buffer.from(signed), keyPair(key).privateKey);
  return `${signed}.${signature.toString("base64url")}`;
}

function encode(part: Json): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}

/** The OpenID document, which says where the keys are. */
export function openIdDocument(origin: string): Json {
  return {
    issuer: "https://api.botframework.com",
    authorization_endpoint: "https://invalid.botframework.com",
    jwks_uri: `${origin}/keys`,
    id_token_signing_alg_values_supported: ["RS256"],
    token_endpoint_auth_methods_supported: ["private_key_jwt"],
  };
}

/** The published keys, each with the channels that it may sign for. */
export function publishedKeys(): Json {
  const publish = (key: SigningKey, endorsements: readonly string[]): Json => ({
    ...keyPair(key).publicKey.export({ format: "jwk" }),
    use: "sig",
    kid: KEY_IDS[key],
    x5t: KEY_IDS[key],
    endorsements,
  });
  return { keys: [publish("current", ["msteams"]), publish("unendorsed", ["webchat"])] };
}

export interface Tokens {
  /** How long the next one lasts. */
  lifetimeSeconds: number;
  /** For a client's id and secret, in a form. */
  issue(form: URLSearchParams): Json;
  isGood(token: string | null): boolean;
  /** Everything issued so far is refused from now on. */
  revoke(): void;
}

export function createTokens(app: {
  readonly appId: string;
  readonly appPassword: string;
}): Tokens {
  const issued = new Map<string, number>();
  const tokens: Tokens = {
    lifetimeSeconds: 3600,
    issue(form) {
      refuseGrant(form, app);
      const token = `standin.${randomUUID()}`;
      issued.set(token, Date.now() + tokens.lifetimeSeconds * 1000);
      return {
        token_type: "Bearer",
        expires_in: tokens.lifetimeSeconds,
        ext_expires_in: tokens.lifetimeSeconds,
        access_token: token,
      };
    },
    isGood: (token) => token !== null && (issued.get(token) ?? 0) > Date.now(),
    revoke: () => issued.clear(),
  };
  return tokens;
}

/** Errors of the token endpoint have another form than those of the connector. */
export class TokenRefused extends Refused {
  override readonly body: Json;

  constructor(status: number, error: string, description: string) {
    super(status, error, description);
    this.body = { error, error_description: description, error_codes: [7000215] };
  }
}

function refuseGrant(
  form: URLSearchParams,
  { appId, appPassword }: { readonly appId: string; readonly appPassword: string },
): void {
  if (form.get("grant_type") !== "client_credentials")
    throw new TokenRefused(400, "unsupported_grant_type", "AADSTS70003: use client_credentials.");
  if (form.get("scope") !== "https://api.botframework.com/.default")
    throw new TokenRefused(400, "invalid_scope", "AADSTS70011: the scope is not valid.");
  if (form.get("client_id") !== appId)
    throw new TokenRefused(400, "unauthorized_client", "AADSTS700016: no such application.");
  if (form.get("client_secret") !== appPassword)
    throw new TokenRefused(401, "invalid_client", "AADSTS7000215: Invalid client secret provided.");
}
