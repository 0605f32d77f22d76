/** A web chat that listens on a free port, on a real database, with a conversation that the test plays. */
import { randomUUID } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import type { Inbound, Log, Reply } from "../../../src/app/ports.ts";
import { createWebChat, type WebChat } from "../../../src/chat/web/web-chat.ts";
import { OrganisationId, WorkspaceId } from "../../../src/domain/ids.ts";
import { type OpenedWebChatStore, openWebChatStore } from "../../../src/store/web-chat.ts";

export interface Stage {
  /** Such as `http://127.0.0.1:4321`. */
  readonly origin: string;
  readonly webChat: WebChat;
  readonly chat: OpenedWebChatStore;
  readonly workspaceId: WorkspaceId;
  /** What the conversation was asked, in order. */
  readonly inbounds: Inbound[];
  /** Names of the log's warnings and errors. */
  readonly logged: string[];
  close(): Promise<void>;
}

export interface StageOptions {
  readonly appUrl: string;
  readonly organisationId: string;
  readonly workspaceId: string;
  readonly converse: (inbound: Inbound) => Promise<Reply>;
  readonly clock?: () => Date;
  readonly port?: number;
}

export async function openStage(options: StageOptions): Promise<Stage> {
  const inbounds: Inbound[] = [];
  const logged: string[] = [];
  const log: Log = {
    info: () => undefined,
    warn: (event) => logged.push(event),
    error: (event) => logged.push(event),
  };
  const chat = openWebChatStore({
    appUrl: options.appUrl,
    organisationId: OrganisationId.parse(options.organisationId),
    deadlineMs: 15_000,
  });
  const workspaceId = WorkspaceId.parse(options.workspaceId);
  const webChat = createWebChat({
    converse: (inbound) => {
      inbounds.push(inbound);
      return options.converse(inbound);
    },
    chat,
    log,
    clock: options.clock ?? (() => new Date()),
    newId: randomUUID,
    workspaceId,
  });
  const server = await listen(webChat, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    webChat,
    chat,
    workspaceId,
    inbounds,
    logged,
    close: async () => {
      await webChat.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await chat.close();
    },
  };
}

async function listen(webChat: WebChat, port: number): Promise<http.Server> {
  const app = express();
  app.disable("x-powered-by");
  app.use("/chat", webChat.router);
  const server = http.createServer(app);
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return server;
}

export interface Answered {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
  /** What a test reads of an answer, unchecked. */
  readonly json: ReturnType<typeof JSON.parse>;
}

export interface Asked {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
}

/** One request as the page would send it; a header given as undefined is left away. */
export function ask(origin: string, asked: Asked): Promise<Answered> {
  const { host, hostname, port } = new URL(origin);
  const isPost = asked.body !== undefined;
  const usual = {
    host,
    ...(isPost && { origin, "x-cleargate-chat": "1", "content-type": "application/json" }),
  };
  const headers = Object.fromEntries(
    Object.entries({ ...usual, ...asked.headers }).filter(([, value]) => value !== undefined),
  );
  const method = asked.method ?? (isPost ? "POST" : "GET");
  return new Promise((resolve, reject) => {
    const request = http.request({ hostname, port, path: asked.path, method, headers });
    request.on("error", reject);
    request.on("response", async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk);
      const body = Buffer.concat(chunks).toString("utf8");
      const isJson = response.headers["content-type"]?.startsWith("application/json");
      const { statusCode: status = 0 } = response;
      resolve({ status, headers: response.headers, body, json: isJson ? JSON.parse(body) : null });
    });
    const { body } = asked;
    const isRaw = typeof body === "string" || Buffer.isBuffer(body);
    request.end(isRaw || body === undefined ? body : JSON.stringify(body));
  });
}
