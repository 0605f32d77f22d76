/** What administrators upload to Teams: the manifest within its limits, the icons, and the archive around them. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { inflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { parseText, VERBS } from "../../../src/app/conversation/parse-text.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { drawIcon, ICONS } from "../../support/teams-icons.ts";
import { buildTeamsPackage, PLACEHOLDER, writeTeamsPackage } from "../../support/teams-package.ts";

const TEAMS = path.resolve(import.meta.dirname, "../../../teams");
const APP_ID = "5f1c2d3e-4b5a-4978-8e6d-0a1b2c3d4e5f";
const USUAL = [
  "home",
  "start",
  "status",
  "next",
  "answer",
  "evidence",
  "sign",
  "request",
  "gate",
  "report",
  "people",
  "help",
];

const id = z.guid();
const address = z.url({ protocol: /^https$/ }).max(2_048);
const CommandList = z.strictObject({
  scopes: z.array(z.enum(["personal", "team", "groupChat"])).min(1),
  triggers: z.array(z.enum(["mention", "slash"])).min(1),
  commands: z
    .array(z.strictObject({ title: z.string().max(32), description: z.string().min(10).max(128) }))
    .max(12),
});

/** Schema 1.30, narrowed to what is used: strict, so that nobody is asked for more without a change here. */
const Manifest = z.strictObject({
  $schema: z.literal(
    "https://developer.microsoft.com/json-schemas/teams/v1.30/MicrosoftTeams.schema.json",
  ),
  manifestVersion: z.literal("1.30"),
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  id,
  developer: z.strictObject({
    name: z.string().min(1).max(32),
    websiteUrl: address,
    privacyUrl: address,
    termsOfUseUrl: address,
  }),
  name: z.strictObject({ short: z.literal("Cleargate"), full: z.string().max(100) }),
  description: z.strictObject({ short: z.string().max(80), full: z.string().max(4_000) }),
  icons: z.strictObject({ color: z.literal("color.png"), outline: z.literal("outline.png") }),
  accentColor: z.string().regex(/^#[0-9a-f]{6}$/),
  bots: z
    .array(
      z.strictObject({
        botId: id,
        scopes: z.tuple([z.literal("personal"), z.literal("team"), z.literal("groupChat")]),
        supportsFiles: z.literal(true),
        supportsTargetedMessages: z.literal(true),
        commandLists: z.array(CommandList).max(3),
      }),
    )
    .length(1),
  // Who somebody is, for the signature; and messages to the signer alone.
  permissions: z.tuple([z.literal("identity"), z.literal("messageTeamMembers")]),
  validDomains: z.tuple([]),
});

const readManifest = (bytes: Buffer) => Manifest.parse(JSON.parse(bytes.toString("utf8")));
const manifest = readManifest(readFileSync(path.join(TEAMS, "manifest.json")));
const lists = manifest.bots.flatMap(({ commandLists }) => commandLists);

describe("the manifest", () => {
  test("has the version of the package", () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8"));

    expect(manifest.version).toBe(version);
  });

  test("holds the placeholder in both places where the id of the app belongs", () => {
    expect([manifest.id, ...manifest.bots.map(({ botId }) => botId)]).toEqual([
      PLACEHOLDER,
      PLACEHOLDER,
    ]);
  });

  test("says in its long description something else than in the short one", () => {
    const { short, full } = manifest.description;

    expect(full).not.toContain(short);
    expect(manifest.name.full).not.toBe(manifest.name.short);
  });
});

describe("the commands", () => {
  test("are the twelve usual verbs, in every list", () => {
    expect(lists.map(({ commands }) => commands.map(({ title }) => title))).toEqual(
      lists.map(() => USUAL),
    );
    expect(USUAL.filter((verb) => !Object.hasOwn(VERBS, verb))).toEqual([]);
  });

  test("say the same wherever they are offered", () => {
    expect(lists.map(({ commands }) => commands)).toEqual(lists.map(() => lists[0]?.commands));
  });

  test("are offered in each scope of the bot by exactly one list", () => {
    const scopes = lists.flatMap((list) => list.scopes);

    expect(scopes.toSorted()).toEqual([...(manifest.bots[0]?.scopes ?? [])].toSorted());
  });

  test("stand under @ everywhere, and under / where a message can be for one reader", () => {
    const slash = lists.filter(({ triggers }) => triggers.includes("slash"));

    expect(lists.every(({ triggers }) => triggers.includes("mention"))).toBe(true);
    expect(slash.flatMap(({ scopes }) => scopes)).toEqual(["team", "groupChat"]);
  });

  const examples = (lists[0]?.commands ?? []).map(({ title, description }) => ({
    title,
    example: /as in: (.+)\.$/.exec(description)?.[1] ?? title,
  }));
  const meaningOf = (text: string) => {
    const command = parseText(text);
    return "type" in command ? command.type : command.refused;
  };

  test.each(examples)("$title: $example is understood, and as the same", ({ title, example }) => {
    expect(meaningOf(example)).toBe(meaningOf(title));
    expect(meaningOf(title)).not.toBe("unknown_command");
  });

  test("each mean something else", () => {
    expect(new Set(USUAL.map(meaningOf)).size).toBe(USUAL.length);
  });
});

describe("the icons", () => {
  test.each(ICONS)("$file is $size pixels wide and high, as it was drawn", (icon) => {
    const { width, height, pixels } = readPng(readFileSync(path.join(TEAMS, icon.file)));
    const { size } = icon;

    expect([width, height]).toEqual([size, size]);
    expect(pixels.length).toBe(size * size * 4);
    // Sines may differ in their last digit from one Node.js to another.
    expect(drawIcon(icon).filter((value, at) => Math.abs(value - (pixels[at] ?? 0)) > 1)).toEqual(
      new Uint8Array(0),
    );
  });

  test("have the sizes that Teams asks for", () => {
    expect(ICONS.map(({ file, size }) => [file, size])).toEqual([
      [manifest.icons.color, 192],
      [manifest.icons.outline, 32],
    ]);
  });

  test("the color icon is opaque and keeps to the middle 120 pixels of its accent color", () => {
    const dots = listDots(readFileSync(path.join(TEAMS, "color.png")));
    const isMiddle = (place: number) => place >= 36 && place < 156;
    const around = dots.filter(({ x, y }) => !isMiddle(x) || !isMiddle(y));

    expect(new Set(dots.map(({ opacity }) => opacity))).toEqual(new Set([255]));
    expect(new Set(around.map(({ color }) => color))).toEqual(new Set([manifest.accentColor]));
    expect(new Set(dots.map(({ color }) => color)).size).toBeGreaterThan(2);
  });

  test("the outline icon is white on nothing", () => {
    const dots = listDots(readFileSync(path.join(TEAMS, "outline.png")));
    const seen = dots.filter(({ opacity }) => opacity > 0);

    expect(new Set(seen.map(({ color }) => color))).toEqual(new Set(["#ffffff"]));
    expect(seen.length).toBeGreaterThan(100);
    expect(dots.length - seen.length).toBeGreaterThan(500);
  });
});

describe("the package", () => {
  test("holds the manifest and the icons at its root, whole and in no folder", () => {
    const entries = readArchive(buildTeamsPackage(PLACEHOLDER));

    expect(entries.map(({ name }) => name)).toEqual(["manifest.json", "color.png", "outline.png"]);
    for (const { name, content } of entries)
      expect(content.equals(readFileSync(path.join(TEAMS, name)))).toBe(true);
  });

  test("has the id of the app in the place of both placeholders", () => {
    const text = contentOf(buildTeamsPackage(APP_ID), "manifest.json");
    const { id: given, bots, ...rest } = readManifest(text);

    expect([given, bots[0]?.botId]).toEqual([APP_ID, APP_ID]);
    expect(rest.name).toEqual(manifest.name);
    expect(text.toString("utf8")).not.toContain(PLACEHOLDER);
  });

  test("has the same bytes each time, with the same date in every entry", () => {
    const dates = readArchive(buildTeamsPackage(APP_ID)).map(({ date, time }) => [date, time]);

    expect(buildTeamsPackage(APP_ID).equals(buildTeamsPackage(APP_ID))).toBe(true);
    expect(dates).toEqual([
      [0x21, 0],
      [0x21, 0],
      [0x21, 0],
    ]);
  });

  test("that is damaged in one byte is not read", () => {
    const bytes = buildTeamsPackage(APP_ID);
    bytes[200] = (bytes[200] ?? 0) ^ 1;

    expect(() => readArchive(bytes)).toThrow("manifest.json is damaged");
  });
});

describe("npm run generate", () => {
  const run = (setting: string | undefined) => {
    const folder = temporaryFolder();
    const outcome = writeTeamsPackage(folder, setting);
    const file = path.join(folder, ".cleargate/teams-app.zip");
    return { ...outcome, read: () => readFileSync(file) };
  };

  test("writes the package for the app that TEAMS_APP_ID names, and says where", () => {
    const { isWritten, sentence, read } = run(APP_ID.toUpperCase());

    expect({ isWritten, sentence }).toEqual({
      isWritten: true,
      sentence: `.cleargate/teams-app.zip is the Teams app ${APP_ID}.`,
    });
    expect(read().equals(buildTeamsPackage(APP_ID))).toBe(true);
  });

  test.each([undefined, "", PLACEHOLDER])("says what to do when the id is %j", (setting) => {
    const { isWritten, sentence, read } = run(setting);

    expect(isWritten).toBe(true);
    expect(sentence).toMatch(/placeholder.*set TEAMS_APP_ID to .* run "npm run generate" again\.$/);
    expect(read().equals(buildTeamsPackage(PLACEHOLDER))).toBe(true);
  });

  test.each(["cleargate", `${APP_ID}0`, `{${APP_ID}}`, `${APP_ID}\n`])(
    "writes nothing for %j, which is no id",
    (setting) => {
      const { isWritten, sentence, read } = run(setting);

      expect(isWritten).toBe(false);
      expect(sentence).toMatch(/is not written: TEAMS_APP_ID is not an id/);
      expect(read).toThrow("ENOENT");
    },
  );
});

const contentOf = (archive: Buffer, wanted: string) =>
  readArchive(archive).find(({ name }) => name === wanted)?.content ?? Buffer.alloc(0);

interface Read {
  readonly name: string;
  readonly content: Buffer;
  readonly date: number;
  readonly time: number;
}

/** Reads an archive of stored entries from its end, as an installer does, and checks all that is said twice. */
function readArchive(bytes: Buffer): Read[] {
  const end = bytes.length - 22;
  must(bytes.readUInt32LE(end) === 0x06054b50, "the end record is missing");
  const listing = bytes.readUInt32LE(end + 16);
  must(listing + bytes.readUInt32LE(end + 12) === end, "the directory does not reach the end");
  const entries: Read[] = [];
  let [row, next] = [listing, 0];
  while (row < end) {
    must(bytes.readUInt32LE(row) === 0x02014b50, "a row of the directory is missing");
    const size = bytes.readUInt32LE(row + 20);
    const nameLength = bytes.readUInt16LE(row + 28);
    const name = bytes.toString("latin1", row + 46, row + 46 + nameLength);
    const header = bytes.readUInt32LE(row + 42);
    must(header === next, `${name} does not follow the entry before it`);
    must(bytes.readUInt32LE(header) === 0x04034b50, `${name} has no header`);
    must(
      bytes.subarray(row + 6, row + 32).equals(bytes.subarray(header + 4, header + 30)),
      `${name} is described in two ways`,
    );
    const begin = header + 30 + nameLength;
    must(bytes.toString("latin1", header + 30, begin) === name, `${name} has two names`);
    const content = bytes.subarray(begin, begin + size);
    must(bytes.readUInt16LE(row + 10) === 0, `${name} is compressed`);
    must(bytes.readUInt32LE(row + 16) === checksum(content), `${name} is damaged`);
    entries.push({
      name,
      content,
      time: bytes.readUInt16LE(row + 12),
      date: bytes.readUInt16LE(row + 14),
    });
    [row, next] = [row + 46 + nameLength, begin + size];
  }
  must(next === listing, "something lies between the entries and the directory");
  must(bytes.readUInt16LE(end + 10) === entries.length, "the entries are counted wrongly");
  return entries;
}

/** CRC-32 bit by bit, so that a wrong table of the writer shows. */
function checksum(bytes: Buffer): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return ~sum >>> 0;
}

function readPng(bytes: Buffer): { width: number; height: number; pixels: Buffer } {
  must(bytes.subarray(0, 8).toString("hex") === "89504e470d0a1a0a", "this is no PNG");
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < bytes.length; ) {
    const size = bytes.readUInt32BE(at);
    const name = bytes.toString("latin1", at + 4, at + 8);
    const sum = checksum(bytes.subarray(at + 4, at + 8 + size));
    must(bytes.readUInt32BE(at + 8 + size) === sum, `${name} is damaged`);
    chunks.set(name, bytes.subarray(at + 8, at + 8 + size));
    at += 12 + size;
  }
  must([...chunks.keys()].join(" ") === "IHDR IDAT IEND", "a chunk is missing or unknown");
  const header = chunks.get("IHDR") ?? Buffer.alloc(13);
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  must(
    header.subarray(8).toString("hex") === "0806000000",
    "not 8 bits of red, green, blue, alpha",
  );
  const rows = inflateSync(chunks.get("IDAT") ?? Buffer.alloc(0));
  const rowBytes = 1 + width * 4;
  must(rows.length === height * rowBytes, "the rows do not fill the picture");
  const pixels = Array.from({ length: height }, (_, row) => {
    must(rows[row * rowBytes] === 0, "a row has a filter");
    return rows.subarray(row * rowBytes + 1, (row + 1) * rowBytes);
  });
  return { width, height, pixels: Buffer.concat(pixels) };
}

function listDots(png: Buffer): { x: number; y: number; color: string; opacity: number }[] {
  const { width, height, pixels } = readPng(png);
  return Array.from({ length: width * height }, (_, index) => ({
    x: index % width,
    y: Math.floor(index / width),
    color: `#${pixels.toString("hex", index * 4, index * 4 + 3)}`,
    opacity: pixels[index * 4 + 3] ?? 0,
  }));
}

function must(condition: boolean, sentence: string): void {
  if (!condition) throw new Error(sentence);
}
