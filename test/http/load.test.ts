import { once } from "node:events";
import { connect } from "node:net";
import { Router } from "express";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { LoadOptions } from "../../src/http/load.ts";
import { createRefusals } from "../../src/http/refusals.ts";
import { createServer, type HttpServer } from "../../src/http/server.ts";
import { createLog } from "../../src/log.ts";

const running: HttpServer[] = [];
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(running.splice(0).map((server) => server.close()));
});

async function start(load: LoadOptions): Promise<{ url: string; port: number }> {
  const router = Router();
  router.get("/hello", (_request, response) => {
    response.json({ hello: "there" });
  });
  router.get("/slow", (_request, response) => {
    setTimeout(() => response.json({ slow: true }), 300);
  });
  router.get("/live", (_request, response) => {
    response.write("data: 1\n\n");
  });
  const server = createServer({
    host: "127.0.0.1",
    port: 0,
    load,
    routers: [{ path: "/", router }],
    checks: [],
    log: createLog("error"),
    newId: () => "id-1",
  });
  running.push(server);
  const listening = await server.listen();
  if ("problem" in listening) throw new Error(listening.problem);
  return listening;
}

describe("what is not signed", () => {
  it("is turned away at once when all places are taken, and a live stream takes none", async () => {
    const { url } = await start({ placesMax: 2 });
    const streams = await Promise.all([1, 2, 3].map(() => fetch(`${url}/live`)));
    const slow = [fetch(`${url}/slow`), fetch(`${url}/slow`)];
    await new Promise((resolve) => setTimeout(resolve, 100));
    const began = performance.now();
    const turnedAway = await fetch(`${url}/hello`);

    expect([turnedAway.status, turnedAway.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(await turnedAway.json()).toEqual({
      error: "There is too much to do at the moment. Try again in 1 s.",
    });
    expect(performance.now() - began).toBeLessThan(150);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await Promise.all(slow)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await fetch(`${url}/hello`)).status).toBe(200);
    for (const stream of streams) await stream.body?.cancel();
  });

  it("whoever goes away gives the place back", async () => {
    const { url, port } = await start({ placesMax: 1 });
    for (let n = 0; n < 5; n += 1) {
      const socket = connect(port, "127.0.0.1");
      socket.write("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
      await new Promise((resolve) => setTimeout(resolve, 30));
      socket.destroy();
      await once(socket, "close");
    }
    await new Promise((resolve) => setTimeout(resolve, 50));

    expect((await fetch(`${url}/hello`)).status).toBe(200);
  });

  it("has a rate for each address, as our proxy tells it, and health has none", async () => {
    const now = new Date();
    const perAddress = { burst: 2, perSecond: 0.25 };
    const { url } = await start({ perAddress, proxyHops: 1, clock: () => now });
    const from = (address: string, path = "/hello") =>
      fetch(url + path, { headers: { "x-forwarded-for": `203.0.113.1, ${address}` } });
    const statuses: number[] = [];
    for (let n = 0; n < 3; n += 1) statuses.push((await from("198.51.100.1")).status);
    const limited = await from("198.51.100.1");

    expect(statuses).toEqual([200, 200, 429]);
    expect(limited.headers.get("retry-after")).toBe("4");
    expect((await from("198.51.100.2")).status).toBe(200);
    expect((await from("198.51.100.1", "/healthz")).status).toBe(200);
  });
});

describe("refusals under a flood", () => {
  it("are all counted, and what was not logged one by one is said as a number", () => {
    vi.useFakeTimers({ now: new Date("2026-03-02T09:00:00Z") });
    const lines: unknown[] = [];
    const write = (event: string, fields: object = {}): void => {
      lines.push({ event, ...fields });
    };
    const log = { info: write, warn: write, error: write };
    const refusals = createRefusals(log, () => new Date());
    const note = (source: string, why: "unsigned" | "wrong_time"): void =>
      refusals.note({ source, why, correlationId: "c" });
    for (let n = 0; n < 1_000; n += 1) note("slack", "unsigned");
    note("slack", "wrong_time");
    note("other", "unsigned");

    expect(lines).toHaveLength(22);
    vi.advanceTimersByTime(10_000);
    expect(lines.slice(22)).toEqual([
      { event: "requests_refused", provider: "slack", why: "unsigned", count: 980 },
    ]);
    expect(refusals.counts()).toContainEqual({ source: "slack", why: "unsigned", count: 1_000 });
    vi.advanceTimersByTime(60_000);
    expect(lines).toHaveLength(23);
  });
});
