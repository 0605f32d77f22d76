/**
 * Sends what waits in one lane of the outbox: targets in parallel, the messages of one target in order, each at
 * least once. A slow target holds up only itself.
 */
import type { Leased, Outbox, Paces, Settlement } from "../app/loop-ports.ts";
import type { DeliveryOutcome, Meter } from "../app/measure-ports.ts";
import type { CrashPoint, Lane, Log, Sender, Sent } from "../app/ports.ts";
import type { Surface } from "../domain/people/person.ts";
import { type Loop, startLoop } from "./loop.ts";
import { settlementOf } from "./settlement.ts";

const POLL_MS = 500;
const TOGETHER = 32;
/**
 * Slack allows about one message a second in each channel; Teams seven in one second, but sixty in thirty
 * (https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit).
 */
const PACE_MS: Paces = { slack: 1000, teams: 500 };

export interface DrainerDeps {
  readonly lane: Lane;
  readonly outbox: Outbox;
  readonly senders: ReadonlyMap<Surface, Sender>;
  readonly log: Log;
  readonly paceMs?: Paces;
  readonly reached?: (point: CrashPoint) => void;
  readonly meter?: Meter;
}

export function startDrainer(deps: DrainerDeps): Loop {
  const { lane, outbox, log } = deps;
  const onTheWay = new Map<string, Promise<void>>();
  const paceMs = deps.paceMs ?? PACE_MS;
  const alarms = new Set<NodeJS.Timeout>();
  let stopping = false;

  function start(lease: Leased): void {
    const sending = send(deps, lease)
      .catch((error) => log.error("delivery_unsettled", { lane, error }))
      .finally(() => {
        onTheWay.delete(lease.target);
        loop.wake();
        if (lease.paceMs > 0) wakeIn(lease.paceMs);
      });
    onTheWay.set(lease.target, sending);
  }

  /** When the pace allows the target its next message. */
  function wakeIn(ms: number): void {
    const alarm = setTimeout(() => {
      alarms.delete(alarm);
      loop.wake();
    }, ms);
    alarms.add(alarm);
  }

  const loop = startLoop({
    everyMs: POLL_MS,
    async work() {
      for (;;) {
        const limit = TOGETHER - onTheWay.size;
        if (limit <= 0 || stopping) return;
        const except = [...onTheWay.keys()];
        const leased = await outbox.lease(lane, { limit, except, paceMs });
        leased.forEach(start);
        if (leased.length < limit) return;
      }
    },
    onError: (error) => log.error("outbox_unreadable", { lane, provider: "postgres", error }),
  });
  const listening = outbox.onWake(lane, loop.wake);
  return {
    async stop() {
      stopping = true;
      const deafen = await listening;
      deafen();
      await loop.stop();
      await Promise.all(onTheWay.values());
      for (const alarm of alarms) clearTimeout(alarm);
    },
  };
}

/** Sends one delivery and settles it. */
async function send(deps: DrainerDeps, lease: Leased): Promise<void> {
  const { outbox, log, lane } = deps;
  const { route } = lease;
  if (route.kind === "drop") {
    await outbox.settle(lease, { outcome: "dropped", why: route.why }, null);
    deps.meter?.delivered(lane, "dropped");
    return;
  }
  if (route.kind === "nowhere") {
    await outbox.settle(lease, { outcome: "failed", why: route.why }, null);
    log.warn("delivery_dead", { lane, delivery: lease.id, why: route.why });
    deps.meter?.delivered(lane, "dead");
    return;
  }
  const sender = deps.senders.get(route.surface);
  if (!sender) {
    const why = `${route.surface} is not connected`;
    const outcome = route.to.kind === "home" ? "dropped" : "failed";
    await outbox.settle(lease, { outcome, why }, null);
    if (outcome === "failed") log.warn("delivery_dead", { lane, delivery: lease.id, why });
    deps.meter?.delivered(lane, outcome === "failed" ? "dead" : "dropped");
    return;
  }
  deps.reached?.("after_claim_before_post");
  const sent = await sendInTime(deps, lease, sender);
  deps.reached?.("after_post_before_settle");
  const { settlement, retryAfterMs } = settlementOf(lease, sent, Math.random());
  const became = await outbox.settle(lease, settlement, retryAfterMs);
  deps.meter?.delivered(lane, outcomeOf(settlement, became));
  report(deps, { lease, sent, became });
}

function outcomeOf(
  { outcome }: Settlement,
  became: Awaited<ReturnType<Outbox["settle"]>>,
): DeliveryOutcome {
  if (became === "lost") return "lost";
  if (became === "waiting") return "retried";
  return outcome === "sent" || outcome === "dropped" ? outcome : "dead";
}

/** Without an answer before the lease ends it is not known whether the message arrived. */
async function sendInTime(deps: DrainerDeps, lease: Leased, sender: Sender): Promise<Sent> {
  const { route } = lease;
  if (route.kind !== "send") return { outcome: "failed", why: "nothing to send" };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Sent>((resolve) => {
    const tooLate = () => resolve({ outcome: "uncertain", why: "no answer in time" });
    timer = setTimeout(tooLate, lease.leaseMs * 0.85);
  });
  const answer = sender
    .send({
      to: route.to,
      message: lease.message,
      edit: route.edit,
      attempt: lease.id,
      uncertain: lease.uncertain,
      lane: lease.lane,
    })
    .catch((error): Sent => {
      deps.log.error("sender_threw", { lane: lease.lane, provider: route.surface, error });
      return { outcome: "uncertain", why: "the sender failed" };
    });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

function report(
  { log }: DrainerDeps,
  what: {
    readonly lease: Leased;
    readonly sent: Sent;
    readonly became: Awaited<ReturnType<Outbox["settle"]>>;
  },
): void {
  const { lease, sent, became } = what;
  const about = { lane: lease.lane, delivery: lease.id, attempts: lease.attempts };
  if (became === "lost") log.warn("delivery_lease_lost", about);
  else if (sent.outcome !== "sent") {
    const event = became === "over" ? "delivery_dead" : "delivery_retried";
    log.warn(event, { ...about, why: sent.why });
  }
}
