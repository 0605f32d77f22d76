/** Teams over HTTP: its row at the front. */
import type { BearerScheme, Parsed, Source } from "../../app/front-ports.ts";
import { isThisMachine } from "./api/endpoints.ts";
import { parseJson } from "./api/trouble.ts";
import type { Dispatch } from "./requests/dispatch.ts";

/** Cards and texts of people stay far below; a larger body is refused before it is read. */
const MAX_BODY_BYTES = 512 * 1024;
/** All people of a tenant together stay far below. */
const RATE = { burst: 2_000, perSecond: 1_000 };

export function createSource(
  verify: BearerScheme["verify"],
  dispatch: Dispatch,
  options: { readonly isOpen: boolean },
): Source {
  return {
    name: "teams",
    path: "/api/messages",
    lane: "usual",
    maxBytes: MAX_BODY_BYTES,
    readWithinMs: 5_000,
    mediaTypes: ["application/json"],
    // Microsoft's requests come from many networks; the token says whose they are.
    networks: [],
    scheme: { kind: "bearer", verify },
    keys: [],
    rate: RATE,
    read: (_mediaType, body) => toObject(parseJson(body.toString("utf8"))),
    replayKey: replayKeyOf,
    accept: async ({ value, header }) => {
      // A page of somebody else's may have its name lead to this machine; the browser tells the name.
      if (options.isOpen && !isThisMachine(hostOf(header("host"))))
        return { status: 403, body: null };
      return dispatch.deliver(value);
    },
  };
}

function hostOf(header: string | undefined): string {
  const url = `http://${header ?? ""}/`;
  return URL.canParse(url) ? new URL(url).hostname : "";
}

function toObject(value: unknown): Parsed | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  return Object.fromEntries(Object.entries(value));
}

/** An activity has an id within its conversation; without one its bytes stand for it. */
function replayKeyOf(
  { id, conversation, type }: Parsed,
  { signature }: { readonly signature: string },
): string {
  const where =
    typeof conversation === "object" && conversation !== null && "id" in conversation
      ? String(conversation.id)
      : "";
  const isMessage = type === "message" && typeof id === "string" && id !== "" && id.length <= 200;
  return isMessage ? `teams:${where.slice(0, 300)}:${id}` : `teams:body:${signature}`;
}
