/**
 * What the front of the house has to know of one sender of signed requests. A new sender is one more row; the checks,
 * their order and what a refusal looks like are the same for all.
 */

/** How requests prove where they come from. */
export type Scheme = SharedScheme | BearerScheme;

/** By a secret that both sides know. */
export type SharedScheme =
  /** A digest (HMAC with SHA-256) over a prefix and the raw body. */
  | {
      readonly kind: "hmac";
      readonly signature: HeaderShape & {
        readonly encoding: "hex" | "base64";
        /** Several signatures stand in the header, with spaces between them; one has to fit. */
        readonly several: boolean;
      };
      /** The sender's own id of the message, when it is signed. */
      readonly id: HeaderShape | null;
      /** Seconds since 1970. */
      readonly time: (HeaderShape & { readonly windowSeconds: number }) | null;
      /** What is signed in front of the body. */
      readonly prefix: (parts: { readonly id: string; readonly timestamp: string }) => string;
    }
  /** A secret word in a header. */
  | { readonly kind: "token"; readonly header: string };

/** By a signed token in the Authorization header, which has to fit what the body says. */
export interface BearerScheme {
  readonly kind: "bearer";
  /** Null: no token was sent. Throws when the sender's keys cannot be had now, which invites a repeat. */
  readonly verify: (token: string | null, value: Parsed) => Promise<BearerVerdict>;
}

export type BearerVerdict = "fits" | "unsigned" | "bad_signature" | "wrong_time";

/** A header whose whole text (or each part of it) has this form; the first group is the value. */
export interface HeaderShape {
  /** In lower case. */
  readonly header: string;
  /** Anchored at both ends. */
  readonly shape: RegExp;
}

/** A bucket of tokens: so many at once, and so many more each second. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

export type Parsed = Readonly<Record<string, unknown>>;

/** What goes back over HTTP; without a body the answer is empty. */
export interface Answer {
  readonly status: number;
  readonly body: object | null;
}

/** A request that passed every check. */
export interface Received {
  readonly value: Parsed;
  readonly header: (name: string) => string | undefined;
  readonly correlationId: string;
}

/** One row of the front's table. */
export interface Source {
  /** `slack`, as logs and figures name it. */
  readonly name: string;
  /** Such as `/slack/events`. */
  readonly path: string;
  /** What comes on the emergency lane is never slowed down or turned away for lack of room. */
  readonly lane: "usual" | "emergency";
  readonly maxBytes: number;
  /** How long a body may take to arrive. */
  readonly readWithinMs: number;
  /** Media types as they are sent, in lower case; only `charset=utf-8` may stand behind them. */
  readonly mediaTypes: readonly string[];
  /** Networks such as `203.0.113.0/24`; empty: from anywhere. */
  readonly networks: readonly string[];
  readonly scheme: Scheme;
  /** One secret, or two while one replaces the other; none where the sender signs with keys of its own. */
  readonly keys: readonly Buffer[];
  /** Of all verified requests together; null: unlimited. */
  readonly rate: Rate | null;
  /** True for what is unsigned by design, has no effect and learns nothing: it is answered with an empty 200. */
  readonly isProbe?: (mediaType: string, body: Buffer) => boolean;
  /** The body as an object; null when it cannot be read. */
  readonly read: (mediaType: string, body: Buffer) => Parsed | null;
  /** Under which key the request is remembered; null: it may come as often as it likes. */
  readonly replayKey: (
    value: Parsed,
    proof: { readonly id: string | null; readonly signature: string },
  ) => string | null;
  /** What it means; a schema of its own judges it. An answer of 500 and more invites a repeat. */
  readonly accept: (received: Received) => Promise<Answer>;
}

/**
 * Remembers what was received. It guards against exact replays; that a deed has one effect is guaranteed by the
 * application's own transaction.
 */
export interface ReplayMemory {
  /** True when the request was handled before; a key is kept for at least a day. */
  isKnown(key: string): Promise<boolean>;
  /** The request was handled. Noted afterwards: a process that dies in between leaves the repeat welcome. */
  remember(key: string): Promise<void>;
}
