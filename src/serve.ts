/** Starts the service: surfaces, loops and the HTTP server around the core; ends them in an order that loses nothing. */
import { refreshGates } from "./app/gates/refresh.ts";
import type { Log, Sender } from "./app/ports.ts";
import { buildCore, CannotStart, type Core } from "./build.ts";
import type { Config } from "./config.ts";
import type { Surface as SurfaceName } from "./domain/people/person.ts";
import { createFront } from "./http/front.ts";
import { createServer } from "./http/server.ts";
import { startDrainer } from "./loops/drainer.ts";
import type { Loop } from "./loops/loop.ts";
import { startSealer } from "./loops/sealer.ts";
import { startSweep } from "./loops/sweep.ts";
import { isLoopback } from "./settings.ts";
import { openSurfaces, type Surface } from "./surfaces.ts";

export interface Running {
  readonly url: string;
  /** Of the web chat; null when it is off. */
  readonly chatUrl: string | null;
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
  const core = await buildCore(config, log);
  const surfaces = await openSurfaces(core, config, log).catch(async (error) => {
    await core.close();
    throw error;
  });
  try {
    for (const surface of surfaces) await surface.start();
    return await run({ config, log, core, surfaces, options });
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
}): Promise<Running> {
  const { config, log, core, surfaces, options } = parts;
  const { clock, newId } = core.deps;
  const proxyHops = config.edge?.proxyHops ?? 0;
  const front = createFront({ seen: core.store.received, log, clock, newId, proxyHops });
  const doors = surfaces.flatMap(({ sources }) => sources.map((source) => front.open(source)));
  const server = createServer({
    host: config.host,
    port: config.port,
    doors,
    load: { proxyHops, ...(isLoopback(config.host) ? {} : { perAddress: PER_ADDRESS }) },
    routers: surfaces.flatMap(({ routers }) => routers),
    checks: [{ name: "database", isWell: () => core.store.ping().then(() => true) }],
    log,
    newId,
  });
  const listening = await server.listen();
  if ("problem" in listening) throw new CannotStart([listening.problem]);
  const loops = startLoops(core, surfaces, { log, ...options });
  const stop = async (): Promise<void> => {
    await server.drain();
    // Live connections would keep the server waiting for its grace to be over.
    await stopAll(surfaces);
    await server.close();
    await stopAll(loops);
    for (const surface of surfaces) await surface.close();
    await core.close();
  };
  const settled = async (): Promise<void> => {
    for (const surface of surfaces) await surface.settled();
  };
  const chatUrl = config.webChat ? `${listening.url}/chat` : null;
  return { url: listening.url, chatUrl, core, settled, stop };
}

function startLoops(
  core: Core,
  surfaces: readonly Surface[],
  options: ServeOptions & { readonly log: Log },
): readonly Loop[] {
  const { outbox, ledger, received } = core.store;
  const { log } = options;
  const senders = new Map<SurfaceName, Sender>(
    surfaces.map(({ sender }) => [sender.surface, sender]),
  );
  const drainers = (["emergency", "interactive", "bulk"] as const).map((lane) =>
    startDrainer({ lane, outbox, senders, reached: core.deps.reached, ...options }),
  );
  const sweep = startSweep({
    everySeconds: 60,
    log,
    work: async () => {
      await outbox.forget();
      await received.expire();
      for (const id of await core.store.organisations()) await refreshGates(core.deps, id);
    },
  });
  return [...drainers, startSealer({ ledger, log }), sweep];
}

async function stopAll(parts: readonly { stop(): Promise<void> }[]): Promise<void> {
  for (const part of parts) await part.stop();
}
