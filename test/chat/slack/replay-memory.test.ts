import { expect, it } from "vitest";
import { rememberInMemory, startRig } from "../../support/slack/rig.ts";

it("a request is remembered only when it has been handled, so that a crash leaves its repeat welcome", async () => {
  const order: string[] = [];
  const memory = rememberInMemory();
  const rig = await startRig({
    seen: {
      isKnown: async (key) => {
        order.push("asked");
        return memory.isKnown(key);
      },
      remember: async (key) => {
        order.push("remembered");
        await memory.remember(key);
      },
    },
  });
  try {
    rig.answer(() => {
      order.push("handled");
      return { kind: "show", message: { headline: "Done." } };
    });

    await rig.person("U0DANA").command("/compliance status");

    expect(order).toEqual(["asked", "handled", "remembered"]);
  } finally {
    await rig.close();
  }
});
