import { randomUUID } from "node:crypto";
import http from "node:http";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { StoreMeasures } from "../../src/app/measure-ports.ts";
import type { Log } from "../../src/app/ports.ts";
import { Unavailable } from "../../src/domain/fault.ts";
import { createMetrics, type Metrics } from "../../src/http/metrics/metrics.ts";
import { createMetricsRouter, observeAll } from "../../src/http/metrics/router.ts";
import { createServer, type HttpServer } from "../../src/http/server.ts";
import { type Running, serve } from "../../src/serve.ts";
import { createDatabase } from "../support/database.ts";
import { readFigure } from "../support/metrics.ts";
import { startSplunk } from "../support/splunk/stand-in.ts";

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const open: HttpServer[] = [];
const { ownerUrl } = await createDatabase();

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

const lane = { waiting: 2, oldestSeconds: 1.5 };
const measures: StoreMeasures = {
  outbox: { emergency: { ...lane, waiting: 0 }, interactive: lane, bulk: lane },
  deadLetters: 3,
  ledger: { staged: 4, sealed: 50, unsignedSeconds: 0.5 },
  shipping: { entries: 6, seconds: 7, leftOut: 1 },
  connections: { requests: { used: 1, idle: 2, awaited: 0 } },
};

async function listen(metrics: Metrics, at: { own: boolean }): Promise<string> {
  const server = createServer({
    host: "127.0.0.1",
    port: 0,
    doors: [
      at.own
        ? createMetricsRouter(metrics, { isOpen: true })
        : observeAll(metrics, { onService: true }),
    ],
    routers: [],
    checks: [],
    log: silent,
    newId: randomUUID,
  });
  open.push(server);
  const listening = await server.listen();
  if ("problem" in listening) throw new Error(listening.problem);
  return listening.url;
}

/** fetch would not send a foreign Host. */
function ask(url: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    http
      .get(`${url}/metrics`, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
      .on("error", reject);
  });
}

describe("what is told", () => {
  test("how things stand in the database, each figure under its name", async () => {
    const metrics = createMetrics({ log: silent });
    metrics.watch(async () => measures);
    const text = await metrics.scrape();

    expect(readFigure(text, "cleargate_outbox_waiting", { lane: "bulk" })).toBe(2);
    expect(readFigure(text, "cleargate_outbox_oldest_seconds", { lane: "interactive" })).toBe(1.5);
    expect(readFigure(text, "cleargate_dead_letters")).toBe(3);
    expect(readFigure(text, "cleargate_ledger_staged_entries")).toBe(4);
    expect(readFigure(text, "cleargate_ledger_sealed_entries")).toBe(50);
    expect(readFigure(text, "cleargate_ledger_unsigned_seconds")).toBe(0.5);
    expect(readFigure(text, "cleargate_splunk_lag_entries")).toBe(6);
    expect(readFigure(text, "cleargate_splunk_lag_seconds")).toBe(7);
    expect(readFigure(text, "cleargate_splunk_left_out_entries")).toBe(1);
    expect(readFigure(text, "cleargate_database_connections_idle", { pool: "requests" })).toBe(2);
    expect(readFigure(text, "cleargate_database_up")).toBe(1);
    expect(text).toContain("cleargate_process_resident_memory_bytes");
  });

  test("what people did, what was refused, what was delivered", async () => {
    const metrics = createMetrics({ log: silent });
    metrics.meter.asked("slack", "answered", 0.03);
    metrics.meter.asked("slack", "failed", 3);
    metrics.meter.refused("signer_is_answerer");
    metrics.meter.delivered("bulk", "dead");
    const text = await metrics.scrape();

    const answered = { surface: "slack", outcome: "answered" };
    expect(readFigure(text, "cleargate_request_seconds_count", answered)).toBe(1);
    expect(readFigure(text, "cleargate_request_seconds_bucket", { ...answered, le: "0.025" })).toBe(
      0,
    );
    expect(readFigure(text, "cleargate_request_seconds_bucket", { ...answered, le: "0.05" })).toBe(
      1,
    );
    expect(readFigure(text, "cleargate_refusals_total", { code: "signer_is_answerer" })).toBe(1);
    expect(readFigure(text, "cleargate_deliveries_total", { lane: "bulk", outcome: "dead" })).toBe(
      1,
    );
  });

  test("what the front refused and what came again, by source and reason", async () => {
    const metrics = createMetrics({ log: silent });
    metrics.watchFront({
      refusals: { counts: () => [{ source: "slack", why: "bad_signature", count: 3 }] },
      replays: { counts: () => [{ source: "slack", why: "done_before", count: 7 }] },
    });
    await metrics.scrape();
    const text = await metrics.scrape();

    const refused = { source: "slack", why: "bad_signature" };
    expect(readFigure(text, "cleargate_front_refusals_total", refused)).toBe(3);
    const again = { source: "slack", why: "done_before" };
    expect(readFigure(text, "cleargate_front_replays_total", again)).toBe(7);
  });

  test("without the figures of a database that does not answer, and quickly", async () => {
    const metrics = createMetrics({ log: silent });
    metrics.watch(async () => measures);
    await metrics.scrape();
    metrics.watch(() => Promise.reject(new Unavailable("away")));
    const text = await metrics.scrape();

    expect(readFigure(text, "cleargate_database_up")).toBe(0);
    expect(readFigure(text, "cleargate_dead_letters")).toBeNull();
    expect(readFigure(text, "cleargate_outbox_waiting", { lane: "bulk" })).toBeNull();
    metrics.watch(() => new Promise(() => undefined));
    const began = performance.now();
    await metrics.scrape();
    expect(performance.now() - began).toBeLessThan(2500);
  });
});

describe("who may ask", () => {
  test.each<[string, Record<string, string>, number]>([
    ["this machine", { Host: "127.0.0.1:3000" }, 200],
    ["this machine by name", { Host: "localhost" }, 200],
    ["a page that rebound its name to this machine", { Host: "evil.example" }, 404],
    ["a proxy's client", { Host: "127.0.0.1", "X-Forwarded-For": "203.0.113.9" }, 404],
    ["another proxy's client", { Host: "127.0.0.1", Forwarded: "for=203.0.113.9" }, 404],
    ["through a gateway", { Host: "127.0.0.1", Via: "1.1 gateway" }, 404],
  ])("on the service's port: %s", async (_, headers, status) => {
    const url = await listen(createMetrics({ log: silent }), { own: false });

    expect(await ask(url, headers)).toBe(status);
  });

  test("on a port of its own: whoever reaches it", async () => {
    const url = await listen(createMetrics({ log: silent }), { own: true });

    expect(await ask(url, { Host: "prometheus.internal" })).toBe(200);
  });
});

test("a flood of requests for all kinds of things adds no series", async () => {
  const metrics = createMetrics({ log: silent });
  const url = await listen(metrics, { own: false });
  const series = async () =>
    (await (await fetch(`${url}/metrics`)).text())
      .split("\n")
      .filter((line) => line.startsWith("cleargate_http_requests_total")).length;
  await series();
  for (let round = 0; round < 50; round++) {
    const id = randomUUID();
    await fetch(`${url}/${id}/${id}?${id}=1`, { headers: { "X-Request-Id": id } });
    await fetch(`${url}/slack/${id}`, { method: "POST", body: id });
  }

  // other and slack with 4xx, metrics with 2xx.
  expect(await series()).toBeLessThanOrEqual(4);
  const text = await metrics.scrape();
  expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}/);
});

describe("the service", () => {
  let running: Running;
  let splunk: Awaited<ReturnType<typeof startSplunk>>;

  beforeAll(async () => {
    splunk = await startSplunk();
    running = await serve(
      {
        port: 0,
        host: "127.0.0.1",
        databaseUrl: ownerUrl,
        dataDir: "/nonexistent",
        slack: null,
        webChat: true,
        logLevel: "error",
        signingEmailDomains: [],
        crashAt: null,
        complianceToken: null,
        splunk: { url: splunk.url, token: splunk.token },
        metrics: { own: { host: "127.0.0.1", port: 0 }, onService: false },
      },
      silent,
    );
  }, 60_000);
  afterAll(async () => {
    await running.stop();
    await splunk.close();
  });

  test("tells its figures on their own port, ships to Splunk, and tells nothing on its own", async () => {
    expect((await fetch(`${running.url}/metrics`)).status).toBe(404);
    expect((await fetch(`${running.url}/chat`)).status).toBe(200);
    const figures = async () => await (await fetch(`${running.metricsUrl}/metrics`)).text();
    const standing = async () => {
      const text = await figures();
      return [
        (readFigure(text, "cleargate_ledger_sealed_entries") ?? 0) > 0,
        readFigure(text, "cleargate_ledger_staged_entries"),
        readFigure(text, "cleargate_splunk_lag_entries"),
      ];
    };
    await expect.poll(standing, { timeout: 10_000 }).toEqual([true, 0, 0]);

    const findings = await Promise.all(running.core.examinations.map((examine) => examine()));
    expect(findings.flat().find(({ check }) => check === "splunk")).toMatchObject({
      ok: true,
      says: "0 entries wait to be shipped, the oldest for 0 s; 0 were left out.",
    });
    const text = await figures();
    expect(readFigure(text, "cleargate_ledger_sealed_entries")).toBeGreaterThan(0);
    expect(splunk.of("cleargate:ledger").length).toBe(
      readFigure(text, "cleargate_ledger_sealed_entries"),
    );
    expect(
      readFigure(text, "cleargate_http_requests_total", { part: "chat", status: "2xx" }),
    ).toBeGreaterThan(0);
  });
});
