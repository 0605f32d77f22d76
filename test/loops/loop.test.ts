import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Log } from "../../src/app/ports.ts";
import { startLoop } from "../../src/loops/loop.ts";
import { startSweep } from "../../src/loops/sweep.ts";

test("work is done at once, then every so often, never twice at a time", async () => {
  let [runs, at, most] = [0, 0, 0];
  const loop = startLoop({
    everyMs: 30,
    onError: () => undefined,
    async work() {
      runs++;
      most = Math.max(most, ++at);
      await sleep(20);
      at--;
    },
  });
  for (let wakes = 0; wakes < 20; wakes++) {
    loop.wake();
    await sleep(10);
  }
  await loop.stop();

  expect(runs).toBeGreaterThan(3);
  expect(most).toBe(1);
});

test("being woken during the work does it again", async () => {
  let runs = 0;
  const loop = startLoop({
    everyMs: 60_000,
    onError: () => undefined,
    async work() {
      runs++;
      await sleep(50);
    },
  });
  await sleep(20);
  loop.wake();
  loop.wake();
  await sleep(200);
  await loop.stop();

  expect(runs).toBe(2);
});

test("what comes together is done together", async () => {
  let runs = 0;
  const loop = startLoop({
    everyMs: 60_000,
    gatherMs: 60,
    onError: () => undefined,
    work: async () => void runs++,
  });
  await sleep(20);
  for (let wakes = 0; wakes < 10; wakes++) loop.wake();
  await sleep(150);
  await loop.stop();

  expect(runs).toBe(2);
});

test("an error is told and the sweep goes on", async () => {
  const told: string[] = [];
  const log: Log = {
    info: () => undefined,
    warn: () => undefined,
    error: (event) => void told.push(event),
  };
  let runs = 0;
  const sweep = startSweep({
    everySeconds: 0.02,
    log,
    work: async () => {
      if (++runs === 1) throw new Error("once");
    },
  });
  await expect.poll(() => runs).toBeGreaterThan(2);
  await sweep.stop();

  expect(told).toEqual(["sweep_failed"]);
});

test("a loop that fails again and again slows down, and is woken all the same", async () => {
  let runs = 0;
  const loop = startLoop({
    everyMs: 20,
    onError: () => undefined,
    work: async () => {
      runs++;
      throw new Error("down");
    },
  });
  await sleep(400);
  const slow = runs;
  loop.wake();
  await sleep(10);
  await loop.stop();

  expect(slow).toBeLessThan(7);
  expect(runs).toBe(slow + 1);
});

test("a stop waits for the work at hand and begins none", async () => {
  let [begun, done] = [0, 0];
  const loop = startLoop({
    everyMs: 1,
    onError: () => undefined,
    async work() {
      begun++;
      await sleep(100);
      done++;
    },
  });
  await sleep(20);
  await loop.stop();
  await sleep(50);

  expect([begun, done]).toEqual([1, 1]);
});
