/** The smallest app that Teams could talk to, for tests of the stand-in: it keeps activities and calls back. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { asObject, type Json } from "../slack/checks/parts.ts";
import type { TeamsStandIn } from "./stand-in.ts";

export interface CallAnswer {
  readonly status: number;
  readonly body: Json;
  readonly headers: Headers;
}

export interface TinyApp {
  readonly url: string;
  /** What it was sent, in order. */
  readonly heard: readonly Json[];
  /** The Authorization header of each. */
  readonly tokens: readonly (string | undefined)[];
  /** What activities are answered with from now on; null: nothing. */
  answer(next: Json | null | ((activity: Json) => Promise<Json | null>)): void;
  /** A call to the connector below `v3/`; absent: with the app's own token. */
  call(method: string, path: string, body?: Json, token?: string | null): Promise<CallAnswer>;
  /** Posts a message, and answers with its id. */
  post(conversation: string, activity: Json): Promise<string>;
  close(): Promise<void>;
}

export async function startTinyApp(teams: TeamsStandIn): Promise<TinyApp> {
  const heard: Json[] = [];
  const tokens: (string | undefined)[] = [];
  let respond = async (_activity: Json): Promise<Json | null> => null;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const activity = asObject(JSON.parse(Buffer.concat(chunks).toString("utf8"))) ?? {};
    heard.push(activity);
    tokens.push(request.headers.authorization);
    const answer = await respond(activity);
    response.writeHead(200, { "content-type": "application/json" });
    response.end(answer === null ? "" : JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const app: TinyApp = {
    url: `http://127.0.0.1:${port}`,
    heard,
    tokens,
    answer(next) {
      respond = typeof next === "function" ? next : async () => next;
    },
    async call(method, path, body, token) {
      const bearer = token === undefined ? await fetchToken(teams) : token;
      const response = await fetch(`${teams.serviceUrl}v3/${path}`, {
        method,
        headers: {
          "content-type": "application/json",
          ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(1_000),
      });
      const text = await response.text();
      const parsed = text.startsWith("{") ? asObject(JSON.parse(text)) : null;
      return { status: response.status, body: parsed ?? {}, headers: response.headers };
    },
    async post(conversation, activity) {
      const path = `conversations/${encodeURIComponent(conversation)}/activities`;
      const { status, body } = await app.call("POST", path, { type: "message", ...activity });
      if (status !== 201) throw new Error(`${status}: ${JSON.stringify(body)}`);
      return String(body.id);
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return app;
}

/** The app's own token, asked for as Microsoft wants it. */
export async function fetchToken(
  teams: TeamsStandIn,
  changes: Readonly<Record<string, string>> = {},
): Promise<string> {
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: teams.appId,
    client_secret: teams.appPassword,
    scope: "https://api.botframework.com/.default",
    ...changes,
  });
  const response = await fetch(teams.endpoints.tokenUrl, { method: "POST", body: form });
  const body = asObject(await response.json());
  if (response.status !== 200) throw new Error(`${response.status} ${String(body?.error)}`);
  return String(body?.access_token);
}
