/** The table of rooms: what each may import of ours and which packages. ARCHITECTURE.md shows the same table. */

export interface Room {
  /** A folder or file below `src`; the longest match owns a file. */
  readonly room: string;
  /** Rooms or files of ours; every room may import itself. */
  readonly imports: readonly string[];
  /** `node:*` stands for every built-in module. */
  readonly packages: readonly string[];
}

const EVERYTHING = [
  "app",
  "build.ts",
  "chat",
  "cli",
  "config.ts",
  "domain",
  "http",
  "log.ts",
  "loops",
  "messages",
  "serve.ts",
  "settings-shapes.ts",
  "settings.ts",
  "sinks",
  "store",
  "surfaces.ts",
];

export const ROOMS: readonly Room[] = [
  { room: "domain", imports: [], packages: ["zod"] },
  { room: "domain/time", imports: ["domain"], packages: ["zod", "luxon"] },
  { room: "domain/audit", imports: ["domain"], packages: ["zod", "node:crypto"] },
  { room: "messages", imports: ["domain"], packages: [] },
  { room: "app", imports: ["domain", "messages"], packages: ["zod"] },
  {
    room: "store",
    imports: [
      "app/ports.ts",
      "app/audit-ports.ts",
      "app/joining-ports.ts",
      "app/ledger-ports.ts",
      "app/loop-ports.ts",
      "app/measure-ports.ts",
      "app/shipping-ports.ts",
      "chat/web/ports.ts",
      "chat/teams/ports.ts",
      "chat/slack/install/ports.ts",
      "messages/message.ts",
      "domain",
    ],
    packages: ["pg", "zod", "yaml", "node:*"],
  },
  { room: "loops", imports: ["app", "domain"], packages: ["node:timers", "node:timers/promises"] },
  {
    room: "chat/slack",
    imports: ["app", "messages", "domain"],
    packages: ["@slack/bolt", "express", "undici", "zod", "node:*"],
  },
  {
    room: "chat/teams",
    imports: ["app", "messages", "domain"],
    packages: ["botbuilder", "zod", "node:*"],
  },
  {
    room: "chat/web",
    imports: ["app", "messages", "domain"],
    packages: ["express", "zod", "node:*"],
  },
  {
    room: "http",
    imports: ["app", "messages", "domain"],
    packages: ["express", "zod", "prom-client", "node:*"],
  },
  {
    room: "sinks",
    imports: ["app/ports.ts", "app/shipping-ports.ts", "messages", "domain"],
    packages: ["zod", "node:*"],
  },
  { room: "cli", imports: ["app", "messages", "domain"], packages: ["node:*"] },
  { room: "verifier", imports: [], packages: ["node:*"] },
  { room: "log.ts", imports: ["app/ports.ts"], packages: ["pino", "node:*"] },
  { room: "settings-shapes.ts", imports: [], packages: ["zod"] },
  { room: "settings.ts", imports: ["settings-shapes.ts"], packages: ["zod"] },
  { room: "contradictions.ts", imports: ["settings.ts", "settings-shapes.ts"], packages: [] },
  { room: "misnamed.ts", imports: ["settings.ts"], packages: [] },
  {
    room: "config.ts",
    imports: ["settings.ts", "settings-shapes.ts", "misnamed.ts", "contradictions.ts"],
    packages: ["node:path", "node:url"],
  },
  {
    room: "build.ts",
    imports: ["app", "config.ts", "domain", "store"],
    packages: ["node:*"],
  },
  {
    room: "surfaces.ts",
    imports: ["app", "build.ts", "chat", "config.ts", "domain", "store"],
    packages: ["express"],
  },
  { room: "serve.ts", imports: EVERYTHING, packages: ["node:*"] },
  { room: "main.ts", imports: EVERYTHING, packages: ["node:*"] },
  { room: "cli/main.ts", imports: EVERYTHING, packages: ["node:*"] },
];

/** Programs that somebody starts; nothing imports them. */
export const ENTRY_POINTS = [
  "store/workflow-files/keep.ts",
  "main.ts",
  "cli/main.ts",
  "verifier/main.ts",
];

/** In rooms of rules and words, time and chance are arguments. */
export const PURE_ROOMS = ["domain", "messages"];

export const IMPURE: readonly (readonly [string, RegExp])[] = [
  ["the clock", /\bDate\s*\.\s*now\b|\bnew\s+Date\s*(?!\s*\()|\bnew\s+Date\s*\(\s*\)/],
  ["the clock", /(?<!new\s+)(?<![.\w$])Date\s*\(/],
  ["the clock", /\bDateTime\s*\.\s*now\b|\bDateTime\s*\.\s*(local|utc)\s*\(\s*\)/],
  ["the clock", /(?<![.\w$])performance\s*\.|\bhrtime\b/],
  ["randomness", /\bMath\s*\.\s*random\b|\brandom(UUID|Bytes|Int|FillSync)\b|\bgetRandomValues\b/],
  ["a timer", /(?<![.\w$])(setTimeout|setInterval|setImmediate|queueMicrotask)\b/],
  ["the process", /(?<![.\w$])process\s*[.[]|(?<![.\w$])globalThis\b|\bimport\s*\.\s*meta\b/],
  ["the network", /(?<![.\w$])(fetch|WebSocket|XMLHttpRequest|EventSource)\s*\(/],
  ["the console", /(?<![.\w$])console\s*\./],
];

export const VAGUE_FOLDERS = ["utils", "util", "helpers", "common", "lib", "services", "types"];
export const FOLDER_FILES_MAX = 12;
export const DEPTH_MAX = 3;
export const RUNTIME_DEPENDENCIES_MAX = 14;
export const SCRIPTS_MAX = 10;
export const MIGRATION_LINES_MAX = 80;
