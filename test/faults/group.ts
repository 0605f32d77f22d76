/** Programs in process groups of their own: whatever such a program starts is ended with it, also when the test dies. */
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

/** Waits until nobody holds its input any more: this process closed it, or is gone. Then it ends the group. */
const GUARD = 'read -r nothing; kill -s KILL -- "-$0" 2>/dev/null';

interface Group {
  readonly child: ChildProcess;
  readonly guard: ChildProcess;
}

const groups = new Set<Group>();

/** Starts a program as the leader of a group. */
export function startGroup(
  program: string,
  words: readonly string[],
  options: Omit<SpawnOptions, "detached">,
): ChildProcess {
  const child = spawn(program, words, { ...options, detached: true });
  const guard = spawn("sh", ["-c", GUARD, String(child.pid)], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  guard.unref();
  groups.add({ child, guard });
  return child;
}

/** Ends every group that was started, whoever of it is left; resolves when nobody is. */
export async function endGroups(): Promise<void> {
  for (const group of [...groups]) {
    const { child, guard } = group;
    const pid = child.pid ?? 0;
    const gone = child.exitCode === null && child.signalCode === null ? once(child, "exit") : null;
    if (pid > 0) signalGroup(pid, "SIGKILL");
    if (pid > 0) await gone;
    await untilEmpty(pid);
    guard.kill("SIGKILL");
    groups.delete(group);
  }
}

/** True while anybody of the group is there. */
export function isInhabited(pid: number): boolean {
  return pid > 0 && signalGroup(pid, 0);
}

function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}

async function untilEmpty(pid: number): Promise<void> {
  const until = performance.now() + 10_000;
  while (isInhabited(pid)) {
    if (performance.now() > until) throw new Error(`somebody of the group ${pid} is still there`);
    await sleep(5);
  }
}
