/** How activities reach the app: signed as the channel signs them, over HTTP. */
import { asObject, type Json } from "../../slack/checks/parts.ts";
import type { TeamsStandIn } from "../stand-in.ts";
import type { TokenChanges } from "../tokens.ts";

export interface DoorAnswer {
  readonly status: number;
  readonly body: Json | null;
  readonly text: string;
}

export interface DeliverOptions {
  /** A bad token instead of a good one; null: none. */
  readonly token?: TokenChanges | null;
}

export interface Door {
  deliver(activity: Json, options?: DeliverOptions): Promise<DoorAnswer>;
}

/** Teams waits no longer for an answer. */
const PATIENCE_MS = 15_000;

/** Activities to an app such as `http://127.0.0.1:3000`. */
export function teamsDoor(teams: TeamsStandIn, url: string): Door {
  return {
    async deliver(activity, { token = {} } = {}) {
      const response = await fetch(`${url}/api/messages`, {
        method: "POST",
        body: JSON.stringify(activity),
        headers: {
          "content-type": "application/json; charset=utf-8",
          "user-agent": "Microsoft-SkypeBotApi (Microsoft-BotFramework/3.0)",
          ...(token === null ? {} : { authorization: `Bearer ${teams.signToken(token)}` }),
        },
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      const text = await response.text();
      return { status: response.status, text, body: parseObject(text) };
    },
  };
}

function parseObject(text: string): Json | null {
  return text.startsWith("{") ? asObject(JSON.parse(text)) : null;
}
