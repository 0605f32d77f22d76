import { describe, expect, it } from "vitest";
import { NEVER_SLOWED, paceConversation } from "../../../src/app/conversation/pace.ts";
import type { Inbound, Reply } from "../../../src/app/ports.ts";
import { MigrationId, WorkspaceId } from "../../../src/domain/ids.ts";

const workspaceId = WorkspaceId.parse("6f1f6d0c-6f0a-4d55-9e0f-1f4a3a0a0001");
const DONE: Reply = { kind: "show", message: { headline: "Done." } };

function open(rate = { burst: 3, perSecond: 0.5 }) {
  let now = new Date("2026-03-02T09:00:00Z");
  const lines: string[] = [];
  const write = (event: string): void => {
    lines.push(event);
  };
  const heard: Inbound[] = [];
  const talk = paceConversation(
    { rate, clock: () => now, log: { info: write, warn: write, error: write } },
    async (inbound) => {
      heard.push(inbound);
      return DONE;
    },
  );
  const say = async (command: Inbound["command"] | string, userId = "U1"): Promise<string> => {
    const reply = await talk({
      identity: { surface: "slack", workspaceId, workspaceRef: "T1", userId },
      place: { kind: "direct", channel: null },
      command: typeof command === "string" ? { type: "Text", text: command } : command,
      values: {},
      eventKey: "e",
      correlationId: "c",
    });
    return reply.kind === "show" ? reply.message.headline : reply.kind;
  };
  return {
    say,
    heard,
    lines,
    wait: (seconds: number) => {
      now = new Date(now.getTime() + seconds * 1000);
    },
  };
}

describe("a person's pace", () => {
  it("ends in a kind sentence with the seconds, and nothing is asked of the application", async () => {
    const { say, heard } = open();
    for (let n = 0; n < 3; n += 1) expect(await say("status")).toBe("Done.");

    expect(await say("status")).toBe(
      "That was a lot at once, so I did not do the last one. Please wait 2 seconds and try again.",
    );
    expect(heard).toHaveLength(3);
  });

  it("comes back with time, up to what was there at first", async () => {
    const { say, wait } = open();
    for (let n = 0; n < 4; n += 1) await say("status");
    wait(1);
    expect(await say("status")).toMatch(/wait 1 second and/);
    wait(1);
    expect(await say("status")).toBe("Done.");
    wait(3_600);
    for (let n = 0; n < 3; n += 1) expect(await say("status")).toBe("Done.");
    expect(await say("status")).toMatch(/wait/);
  });

  it("is each person's own", async () => {
    const { say } = open();
    for (let n = 0; n < 4; n += 1) await say("status");

    expect(await say("status", "U2")).toBe("Done.");
  });

  it("never slows what closes a gate, typed or pressed", async () => {
    expect([...NEVER_SLOWED].toSorted()).toEqual([
      "RevokeSignOff",
      "SaveRevocation",
      "Undo",
      "UndoSignOff",
    ]);
    const { say } = open();
    for (let n = 0; n < 10; n += 1) await say("status");
    const migration = MigrationId.parse("6f1f6d0c-6f0a-4d55-9e0f-1f4a3a0a0002");
    const pressed = { type: "Undo", migration } as const;

    expect(await say("revoke logging")).toBe("Done.");
    expect(await say(" /compliance  UNDO ")).toBe("Done.");
    expect(await say(pressed)).toBe("Done.");
    expect(await say("status")).toMatch(/wait/);
  });

  it("is logged once a minute and person", async () => {
    const { say, lines, wait } = open();
    for (let n = 0; n < 50; n += 1) await say("status");
    expect(lines).toEqual(["person_slowed"]);
    wait(61);
    for (let n = 0; n < 50; n += 1) await say("status");
    expect(lines).toEqual(["person_slowed", "person_slowed"]);
  });
});
