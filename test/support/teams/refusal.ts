/** What the Bot Connector answers instead of doing what it was told. */
import type { Json } from "../slack/checks/parts.ts";

export class Refused extends Error {
  readonly status: number;
  readonly body: Json;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    more: { readonly error?: Json; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(`${status} ${code}: ${message}`);
    this.status = status;
    this.body = { error: { code, message, ...more.error } };
    this.headers = more.headers ?? {};
  }
}

export function badArgument(message: string): Refused {
  return new Refused(400, "BadArgument", message);
}

/** The person has blocked the app, or it was removed there. */
export function writesBlocked(): Refused {
  const body = {
    subCode: "MessageWritesBlocked",
    details: "Thread is blocked from message writes.",
    errorCode: null,
    errorSubCode: null,
  };
  return new Refused(403, "Forbidden", "The bot may not write to this conversation.", {
    error: { innerHttpError: { statusCode: 403, body } },
  });
}
