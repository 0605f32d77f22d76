/** Starts the service: surfaces, loops and the HTTP server around the core; ends them in an order that loses nothing. */
import { watchLedger } from "./app/audit/watch.ts";
import { refreshGates } from "./app/gates/refresh.ts";
import type { Log, Sender } from "./app/ports.ts";
import { noteCounted } from "./app/refusals/note.ts";
import { buildCore, CannotStart, type Core, describeConfiguration } from "./build.ts";
import type { Config } from "./config.ts";
import type { Surface as SurfaceName } from "./domain/people/person.ts";
import { createFront } from "./http/front.ts";
import { createMetrics, type Metrics } from "./http/metrics/metrics.ts";
import { createMetricsRouter, observeAll } from "./http/metrics/router.ts";
import { createServer, type HttpServer } from "./http/server.ts";
import { startAudit } from "./loops/audit.ts";
import { startDrainer } from "./loops/drainer.ts";
import type { Loop } from "./loops/loop.ts";
import { startSealer } from "./loops/sealer.ts";
import { startShipper } from "./loops/shipper.ts";
import { startSweep } from "./loops/sweep.ts";
import { isLoopback } from "./settings-shapes.ts";
import { createSplunk } from "./sinks/splunk.ts";
import { openSurfaces, type Surface } from "./surfaces.ts";

export interface Running {
  readonly url: string;
  /** Of the web chat; null when it is off. */
  readonly chatUrl: string | null;
  /** Of the metrics' own listener; null without one. */
  readonly metricsUrl: string | null;
  readonly core: Core;
  /** Resolves when every request under way has been answered. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

export interface ServeOptions {
  /** The least time between two messages in one channel; absent: what each platform allows. */
  readonly paceMs?: Readonly<Partial<Record<SurfaceName, number>>>;
}

/** Of what is not signed, from one address of the network: a page with all its files, again and again. */
const PER_ADDRESS = { burst: 300, perSecond: 30 };

/** Everything running and reachable, or `CannotStart` with what has to be mended. */
export async function serve(
  config: Config,
  log: Log,
  options: ServeOptions = {},
): Promise<Running> {
  const metrics = createMetrics({ log });
  const core = await buildCore(config, log, { mayMakeKey: true, meter: metrics.meter });
  metrics.watch(core.store.measure);
  const surfaces = await openSurfaces(core, config, log).catch(async (error) => {
    await core.close();
    throw error;
  });
  try {
    for (const surface of surfaces) await surface.start();
    return await run({ config, log, core, surfaces, options, metrics });
  } catch (error) {
    await stopAll(surfaces);
    for (const surface of surfaces) await surface.close();
    await core.close();
    throw error;
  }
}

async function run(parts: {
  readonly config: Config;
  readonly log: Log;
  readonly core: Core;
  readonly surfaces: readonly Surface[];
  readonly options: ServeOptions;
  readonly metrics: Metrics;
}): Promise<Running> {
  const { config, log, core, surfaces, options, metrics } = parts;
  const { clock, newId } = core.deps;
  const proxyHops = config.edge?.proxyHops ?? 0;
  const front = createFront({ seen: core.store.received, log, clock, newId, proxyHops });
  metrics.watchFront(front);
  const observed = observeAll(metrics, { onService: config.metrics?.onService ?? false });
  const doors = surfaces.flatMap(({ sources }) => sources.map((source) => front.open(source)));
  const server = createServer({
    host: config.host,
    port: config.port,
    doors: [observed, ...doors],
    load: { proxyHops, ...(isLoopback(config.host) ? {} : { perAddress: PER_ADDRESS }) },
    routers: surfaces.flatMap(({ routers }) => routers),
    checks: [{ name: "database", isWell: () => core.store.ping().then(() => true) }],
    log,
    newId,
  });
  const listening = await server.listen();
  if ("problem" in listening) throw new CannotStart([listening.problem]);
  const own = await serveMetrics(config, { metrics, log, newId });
  const loops = startLoops(core, surfaces, { config, log, ...options });
  const stop = async (): Promise<void> => {
    await server.drain();
    // Live connections would keep the server waiting for its grace to be over.
    await stopAll(surfaces);
    await server.close();
    await stopAll(loops);
    await own?.server.close();
    for (const surface of surfaces) await surface.close();
    await core.close();
  };
  const settled = async (): Promise<void> => {
    for (const surface of surfaces) await surface.settled();
  };
  const chatUrl = config.webChat ? `${listening.url}/chat` : null;
  return { url: listening.url, chatUrl, metricsUrl: own?.url ?? null, core, settled, stop };
}

/** A listener of its own for the figures, so that a proxy in front of the service never hands them out. */
async function serveMetrics(
  config: Config,
  parts: { readonly metrics: Metrics; readonly log: Log; readonly newId: () => string },
): Promise<{ readonly url: string; readonly server: HttpServer } | null> {
  if (!config.metrics?.own) return null;
  const { metrics, log, newId } = parts;
  const doors = [createMetricsRouter(metrics, { isOpen: true })];
  const server = createServer({
    ...config.metrics.own,
    doors,
    routers: [],
    checks: [],
    log,
    newId,
  });
  const listening = await server.listen();
  if ("problem" in listening) throw new CannotStart([`METRICS_PORT: ${listening.problem}`]);
  return { url: listening.url, server };
}

function startLoops(
  core: Core,
  surfaces: readonly Surface[],
  options: ServeOptions & { readonly config: Config; readonly log: Log },
): readonly Loop[] {
  const { outbox, ledger, received } = core.store;
  const { log, config } = options;
  const { meter, reached } = core.deps;
  const senders = new Map<SurfaceName, Sender>(
    surfaces.map(({ sender }) => [sender.surface, sender]),
  );
  const drainers = (["emergency", "interactive", "bulk"] as const).map((lane) =>
    startDrainer({
      ...{ lane, outbox, senders, reached, log },
      ...(meter ? { meter } : {}),
      ...(options.paceMs ? { paceMs: options.paceMs } : {}),
    }),
  );
  const configuration = describeConfiguration(config, core.deps.workflows);
  const sweep = startSweep({
    everySeconds: 60,
    log,
    work: async () => {
      await outbox.forget();
      await received.expire();
      await noteCounted(core.deps);
      for (const id of await core.store.organisations()) {
        await refreshGates(core.deps, id);
        await watchLedger(core.deps, id, configuration);
      }
    },
  });
  const audit = startAudit({ store: core.store, log });
  const sealer = startSealer({ ledger, log, reached });
  return [...drainers, sealer, ...startShippers(core, config, log), sweep, audit];
}

function startShippers({ store, deps }: Core, { splunk }: Config, log: Log): readonly Loop[] {
  if (!splunk) return [];
  const sink = createSplunk({ ...splunk, channel: deps.newId() });
  return [startShipper({ shipping: store.shipping, sink, log })];
}

async function stopAll(parts: readonly { stop(): Promise<void> }[]): Promise<void> {
  for (const part of parts) await part.stop();
}
