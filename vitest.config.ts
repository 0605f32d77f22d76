import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/support/sequencer.ts";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/bench/**", "node_modules/**"],
    globalSetup: ["test/support/global-setup.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    pool: "forks",
    // A worker keeps what it has loaded; a test file leaves nothing behind, or others fail.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    reporters: ["default"],
  },
});
