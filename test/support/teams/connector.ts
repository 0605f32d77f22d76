/** The calls of the Bot Connector by path, and what each of them does. */
import type { Json } from "../slack/checks/parts.ts";
import {
  describeMember,
  listMembers,
  openConversation,
  reachConversation,
} from "./conversations.ts";
import type { CallName } from "./moods.ts";
import { deleteMessage, editMessage, type Placed, type Posted, postMessage } from "./posts.ts";
import { Refused } from "./refusal.ts";
import { splitId, type World } from "./world.ts";

/** A call as its method and path name it. */
export interface Call {
  readonly name: CallName;
  /** As it stands in the path, `;messageid=…` included. */
  readonly conversation: string | null;
  /** The activity or the member. */
  readonly id: string | null;
}

type Route = readonly [method: string, name: CallName, path: RegExp];

const ROUTES: readonly Route[] = [
  ["POST", "open", /^v3\/conversations$/],
  ["POST", "post", /^v3\/conversations\/([^/]+)\/activities(?:\/([^/]+))?$/],
  ["PUT", "update", /^v3\/conversations\/([^/]+)\/activities\/([^/]+)$/],
  ["DELETE", "delete", /^v3\/conversations\/([^/]+)\/activities\/([^/]+)$/],
  ["GET", "member", /^v3\/conversations\/([^/]+)\/members\/([^/]+)$/],
  ["GET", "members", /^v3\/conversations\/([^/]+)\/pagedmembers$/],
];

/** What a path below the service's address asks for. */
export function nameCall(method: string, path: string): Call {
  for (const [verb, name, pattern] of ROUTES) {
    const found = verb === method ? pattern.exec(path) : null;
    if (!found) continue;
    const [, conversation, id] = found.map((part) =>
      part === undefined ? null : decodeURIComponent(part),
    );
    return { name, conversation: conversation ?? null, id: id ?? null };
  }
  return { name: "unknown", conversation: null, id: null };
}

export interface Answer {
  readonly status: number;
  readonly body: Json | null;
}

/** Does what the call asks for. */
export function runCall(call: Call, posted: Posted): Answer {
  const { world, query } = posted;
  if (call.name === "open") return { status: 201, body: openConversation(posted) };
  if (call.conversation === null) throw new Refused(404, "NotFound", "There is no such address.");
  const { thread } = splitId(call.conversation);
  const conversation = reachConversation(world, call.conversation);
  const id = call.id ?? "";
  const placed: Placed = { ...posted, conversation, threadOf: thread };
  switch (call.name) {
    case "post":
      return {
        status: 201,
        body: { ...postMessage({ ...placed, threadOf: thread ?? call.id }) },
      };
    case "update":
      return { status: 200, body: { ...editMessage(placed, id) } };
    case "delete":
      deleteMessage(placed, id);
      return { status: 200, body: null };
    case "member":
      return { status: 200, body: describeMember(world, conversation, id) };
    default:
      return { status: 200, body: listMembers(world, conversation, query) };
  }
}

const PER_SECOND = 7;

/** Counts what the app writes in each thread, and refuses the eighth call within a second. */
export function createRates(world: World): (call: Call) => void {
  const written = new Map<string, number[]>();
  return ({ name, conversation }) => {
    if (!world.rates || conversation === null || !["post", "update", "delete"].includes(name))
      return;
    const now = Date.now();
    const recent = (written.get(conversation) ?? []).filter((at) => now - at < 1000);
    if (recent.length >= PER_SECOND)
      throw new Refused(429, "Throttled", "Too many requests.", {
        headers: { "retry-after": "1" },
      });
    written.set(conversation, [...recent, now]);
  };
}
