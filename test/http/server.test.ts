import { once } from "node:events";
import { connect } from "node:net";
import express, { Router } from "express";
import { afterEach, describe, expect, it } from "vitest";
import { Unavailable } from "../../src/domain/fault.ts";
import { createServer, type HttpServer, type HttpServerOptions } from "../../src/http/server.ts";
import { createLog } from "../../src/log.ts";

const running: HttpServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

/** A router with one route for each thing that can go wrong. */
function createTroubles(): Router {
  const router = Router();
  router.get("/hello", (_request, response) => {
    response.json({ hello: "there" });
  });
  router.get("/bug", () => {
    throw new Error("the password is hunter2");
  });
  router.get("/later", () => Promise.reject(new Unavailable("database gone")));
  router.post("/echo", express.json({ limit: "1kb" }), (request, response) => {
    response.json(request.body);
  });
  router.get("/half", (_request, response) => {
    response.write("half");
    throw new Error("in the middle");
  });
  router.get("/slow", (_request, response) => {
    setTimeout(() => response.json({ slow: true }), 300);
  });
  return router;
}

async function start(options: Partial<HttpServerOptions> = {}) {
  const lines: string[] = [];
  const server = createServer({
    host: "127.0.0.1",
    port: 0,
    routers: [{ path: "/", router: createTroubles() }],
    checks: [],
    log: createLog("debug", { write: (line) => lines.push(line) }),
    newId: () => "id-1",
    ...options,
  });
  running.push(server);
  const listening = await server.listen();
  if ("problem" in listening) throw new Error(listening.problem);
  return { ...listening, server, lines };
}

/** Sends bytes as they are and reads until the server hangs up. */
async function sendRaw(port: number, text: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.setEncoding("utf8");
  let answer = "";
  socket.on("data", (chunk) => {
    answer += chunk;
  });
  socket.on("error", () => undefined);
  socket.write(text);
  await once(socket, "close");
  return answer;
}

describe("every answer", () => {
  it("carries security headers and a correlation id, and does not say what made it", async () => {
    const { url } = await start();

    for (const path of ["/hello", "/nothing", "/bug", "/healthz"]) {
      const { headers } = await fetch(url + path);
      expect(headers.get("content-security-policy")).toContain("default-src 'none'");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("x-frame-options")).toBe("DENY");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("x-correlation-id")).toBe("id-1");
      expect(headers.get("strict-transport-security")).toContain("max-age=31536000");
      expect(headers.get("x-permitted-cross-domain-policies")).toBe("none");
      expect([...headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
      expect([headers.get("x-powered-by"), headers.get("server")]).toEqual([null, null]);
    }
  });

  it("an unknown address is a JSON 404", async () => {
    const { url } = await start();
    const response = await fetch(`${url}/nothing`);

    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ error: "There is nothing at this address." });
  });

  it.each(["PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"])("%s is refused", async (method) => {
    const { url } = await start();
    const response = await fetch(`${url}/hello`, { method });

    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("GET, HEAD, POST");
  });

  it("a page of another site gets no leave to ask", async () => {
    const { url } = await start();
    const response = await fetch(`${url}/echo`, {
      method: "OPTIONS",
      headers: { origin: "https://evil.example", "access-control-request-method": "POST" },
    });

    expect(response.status).toBe(405);
    expect([...response.headers.keys()].filter((name) => /^access-/.test(name))).toEqual([]);
  });

  it("health is read and nothing else", async () => {
    const { url } = await start();
    const response = await fetch(`${url}/healthz`, { method: "POST" });

    expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  });

  it("TRACE is refused and echoes nothing; an invented method is no request", async () => {
    const { port } = await start();
    const rest = " /hello HTTP/1.1\r\nHost: a\r\nCookie: hunter2\r\nConnection: close\r\n\r\n";

    const trace = await sendRaw(port, `TRACE${rest}`);
    expect(trace).toMatch(/^HTTP\/1\.1 405 /);
    expect(trace).not.toContain("hunter2");
    expect(await sendRaw(port, `FROBNICATE${rest}`)).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe("errors", () => {
  it("a bug is a 500 that names only the id; the log has the rest under the same id", async () => {
    const { url, lines } = await start();
    const response = await fetch(`${url}/bug`);

    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({ error: "That did not work. It is recorded as id-1." });
    expect(lines).toHaveLength(1);
    expect(JSON.parse(String(lines[0]))).toMatchObject({
      event_type: "request_failed",
      level: "ERROR",
      correlation_id: "id-1",
      status: 500,
      error: { message: "the password is hunter2" },
    });
  });

  it("a failed dependency is a 503 with the time to wait", async () => {
    const { url } = await start();
    const response = await fetch(`${url}/later`);

    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(await response.text()).not.toContain("database gone");
  });

  it.each([
    ["broken JSON", "{", 400],
    ["too much", JSON.stringify({ a: "x".repeat(2000) }), 413],
  ])("%s is the client's mistake and not logged", async (_, body, status) => {
    const { url, lines } = await start();
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${url}/echo`, { method: "POST", body, headers });

    expect(response.status).toBe(status);
    expect(lines).toEqual([]);
  });

  it("an address that cannot be decoded is a 400", async () => {
    const router = Router();
    router.get("/:name", (_request, response) => {
      response.json({});
    });
    const { url } = await start({ routers: [{ path: "/", router }] });

    expect((await fetch(`${url}/%E0%A4%A`)).status).toBe(400);
  });

  it("an error in the middle of an answer cuts the connection", async () => {
    const { url, lines } = await start();

    await expect(fetch(`${url}/half`).then((response) => response.text())).rejects.toThrow();
    expect(lines).toHaveLength(1);
  });
});

describe("limits", () => {
  it.each([
    ["two lengths", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400],
    ["a bare line feed in the headers", "A: b\nContent-Length: 0\n\n", 400],
    ["a folded header", "A: b\r\n c: d\r\n\r\n", 400],
    [
      "an expectation of its own",
      "Expect: the-moon\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
      417,
    ],
    ["a broken header", "Bad Header\r\n\r\n", 400],
    ["headers of 20 kB", `A: ${"x".repeat(20_000)}\r\n\r\n`, 431],
  ])("%s: refused before any route", async (_, rest, status) => {
    const { port } = await start();

    const answer = await sendRaw(port, `POST /echo HTTP/1.1\r\nHost: a\r\n${rest}`);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });

  it("an idle connection outlives those that a proxy keeps for a minute", async () => {
    const { url } = await start();
    const { headers } = await fetch(`${url}/hello`);
    const [, seconds] = /^timeout=(\d+)/.exec(headers.get("keep-alive") ?? "") ?? [];
    expect(Number(seconds)).toBeGreaterThan(60);
  });

  it("a client that never ends its headers is cut off after five seconds", async () => {
    const { port } = await start();
    const began = Date.now();

    expect(await sendRaw(port, "GET /hello HTTP/1.1\r\nHost: a\r\n")).toMatch(/^HTTP\/1\.1 408 /);
    expect(Date.now() - began).toBeLessThan(9_000);
  });
});

describe("health", () => {
  it("the process is alive whatever the checks say", async () => {
    const { url } = await start({ checks: [{ name: "database", isWell: () => false }] });

    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it("ready when every check answers well", async () => {
    const { url } = await start({ checks: [{ name: "database", isWell: async () => true }] });
    const response = await fetch(`${url}/readyz`);

    expect([response.status, await response.json()]).toEqual([
      200,
      { ready: true, checks: { database: true } },
    ]);
  });

  it.each([
    ["says no", () => false],
    ["fails", () => Promise.reject(new Error("gone"))],
    ["throws", () => nothing()],
    ["never answers", () => new Promise<boolean>(() => undefined)],
  ])("not ready, within two seconds, when one %s", async (_, isWell) => {
    const well = { name: "outbox", isWell: () => true };
    const { url } = await start({ checks: [{ name: "database", isWell }, well] });
    const began = Date.now();
    const response = await fetch(`${url}/readyz`);

    expect([response.status, await response.json()]).toEqual([
      503,
      { ready: false, checks: { database: false, outbox: true } },
    ]);
    expect(Date.now() - began).toBeLessThan(2000);
  });

  it("many callers at once cause one check", async () => {
    let checks = 0;
    const isWell = () =>
      new Promise<boolean>((resolve) => {
        checks += 1;
        setTimeout(() => resolve(true), 200);
      });
    const { url } = await start({ checks: [{ name: "database", isWell }] });
    await Promise.all(Array.from({ length: 20 }, () => fetch(`${url}/readyz`)));

    expect(checks).toBe(1);
  });

  it("a balancer that asks hears that this process serves no longer, before it stops to serve", async () => {
    const { url, server } = await start({ checks: [] });
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    const began = performance.now();
    let isDrained = false;
    const drained = server.drain().then(() => {
      isDrained = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(isDrained).toBe(false);
    const told = await fetch(`${url}/readyz`);
    await drained;

    expect([told.status, await told.json()]).toEqual([
      503,
      { ready: false, checks: { serving: false } },
    ]);
    expect(performance.now() - began).toBeLessThan(2000);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it("where nobody balances it ends at once", async () => {
    const { server } = await start({ checks: [] });
    const began = performance.now();
    await server.drain();

    expect(performance.now() - began).toBeLessThan(100);
  });
});

function nothing(): boolean {
  throw new Error("gone");
}

describe("start and end", () => {
  it("a port in use is a sentence", async () => {
    const { port } = await start();
    const second = createServer({
      host: "127.0.0.1",
      port,
      routers: [],
      checks: [],
      log: createLog("error"),
      newId: () => "id-2",
    });

    expect(await second.listen()).toEqual({
      problem: `Port ${port} on 127.0.0.1 is used by another program. Stop that program, or set PORT to another number.`,
    });
  });

  it("an address of another machine is a sentence", async () => {
    await expect(start({ host: "203.0.113.7" })).rejects.toThrow(/has no address 203\.0\.113\.7/);
  });

  it("closing cuts a stream that never ends, after its grace", async () => {
    const router = Router();
    router.get("/live", (_request, response) => {
      response.write("data: 1\n\n");
    });
    const { url, server } = await start({ routers: [{ path: "/", router }] });
    const live = await fetch(`${url}/live`);
    const ended = live.text().catch(() => "cut");
    await server.close();

    expect(await ended).toBe("cut");
  });

  it("closing lets a running request end and takes no new one", async () => {
    const { url, server } = await start();
    const slow = fetch(`${url}/slow`).then((response) => response.json());
    await new Promise((resolve) => setTimeout(resolve, 100));
    const closed = server.close();

    await expect(fetch(`${url}/hello`)).rejects.toThrow();
    expect(await slow).toEqual({ slow: true });
    const answered = Date.now();
    await closed;
    expect(Date.now() - answered).toBeLessThan(1000);
  });
});
