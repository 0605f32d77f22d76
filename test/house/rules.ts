/** The rules of the house as functions from files to sentences; no sentence means that the rule is kept. */
import path from "node:path/posix";
import { z } from "zod";
import {
  DEPTH_MAX,
  ENTRY_POINTS,
  FOLDER_FILES_MAX,
  IMPURE,
  MIGRATION_LINES_MAX,
  PURE_ROOMS,
  ROOMS,
  type Room,
  RUNTIME_DEPENDENCIES_MAX,
  SCRIPTS_MAX,
  VAGUE_FOLDERS,
} from "./arrows.ts";
import { type Scan, scanSource } from "./scan-source.ts";

/** Contents by path from the package root, with forward slashes. */
export type Files = ReadonlyMap<string, string>;

interface Source {
  /** Below `src`. */
  readonly file: string;
  readonly scan: Scan;
}

function sourcesOf(files: Files): Source[] {
  return [...files]
    .filter(([file]) => /^src\/.*\.(ts|mts|cts)$/.test(file))
    .map(([file, text]) => ({ file: file.slice(4), scan: scanSource(text) }));
}

const isWithin = (file: string, room: string) => file === room || file.startsWith(`${room}/`);

function roomOf(file: string): Room | undefined {
  return ROOMS.filter(({ room }) => isWithin(file, room)).sort(
    (left, right) => right.room.length - left.room.length,
  )[0];
}

/** Every import goes along an arrow of the table. */
export function findWrongArrows(files: Files): string[] {
  return sourcesOf(files).flatMap(({ file, scan }) => {
    const room = roomOf(file);
    if (!room) return [`src/${file} stands in no room of the table`];
    return scan.imports
      .filter(({ specifier }) => !mayImport(file, room, specifier))
      .map(({ specifier, line }) => `src/${file}:${line} may not import "${specifier}"`);
  });
}

function mayImport(file: string, room: Room, specifier: string): boolean {
  if (specifier.startsWith(".")) {
    const target = resolveImport(file, specifier);
    const own = file.includes("/") ? room.room : file;
    return [own, ...room.imports].some((allowed) => isWithin(target, allowed));
  }
  const isBuiltIn = specifier.startsWith("node:");
  const name = isBuiltIn ? specifier : packageOf(specifier);
  return room.packages.includes(name) || (isBuiltIn && room.packages.includes("node:*"));
}

const resolveImport = (file: string, specifier: string) => path.join(path.dirname(file), specifier);

function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/** Relative imports name a file that exists. */
export function findBrokenImports(files: Files): string[] {
  return sourcesOf(files).flatMap(({ file, scan }) =>
    scan.imports
      .filter(({ specifier }) => specifier.startsWith("."))
      .filter(({ specifier }) => !files.has(`src/${resolveImport(file, specifier)}`))
      .map(({ specifier, line }) => `src/${file}:${line} imports "${specifier}", which is no file`),
  );
}

/** No file waits for itself: cycles of imports that exist when the program runs. */
export function findCycles(files: Files): string[] {
  const edges = new Map(
    sourcesOf(files).map(({ file, scan }) => [
      file,
      scan.imports
        .filter(({ specifier, typeOnly }) => specifier.startsWith(".") && !typeOnly)
        .map(({ specifier }) => resolveImport(file, specifier)),
    ]),
  );
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, trail: readonly string[]) => {
    if (trail.includes(file)) {
      cycles.push(`cycle: ${[...trail.slice(trail.indexOf(file)), file].join(" -> ")}`);
      return;
    }
    if (done.has(file)) return;
    for (const next of edges.get(file) ?? []) visit(next, [...trail, file]);
    done.add(file);
  };
  for (const file of edges.keys()) visit(file, []);
  return cycles;
}

/** Time, chance and the world are arguments in the rooms of rules and words. */
export function findImpurity(files: Files): string[] {
  return sourcesOf(files)
    .filter(({ file }) => PURE_ROOMS.some((room) => isWithin(file, room)))
    .flatMap(({ file, scan }) =>
      IMPURE.flatMap(([what, pattern]) => {
        const found = pattern.exec(scan.code);
        return found ? [`src/${file}:${lineAt(scan.code, found.index)} uses ${what}`] : [];
      }),
    );
}

/** What time it is, is asked of the clock that was given; how long something takes, of one that never leaps. */
export function findLeapingClocks(files: Files): string[] {
  return sourcesOf(files).flatMap(({ file, scan }) =>
    [...scan.code.matchAll(/\bDate\s*\.\s*now\b/g)].map(
      ({ index }) => `src/${file}:${lineAt(scan.code, index)} measures by a clock that may leap`,
    ),
  );
}

const lineAt = (text: string, index: number) => text.slice(0, index).split("\n").length;

/** The environment has one reader. */
export function findEnvironmentReaders(files: Files): string[] {
  return sourcesOf(files)
    .filter(({ file }) => file !== "config.ts")
    .filter(({ scan }) =>
      /\bprocess\s*\.\s*env\b|\{[^}]*\benv\b[^}]*\}\s*(from|=\s*process\b)/.test(scan.code),
    )
    .map(({ file }) => `src/${file} reads the environment; config.ts does that`);
}

/** A file that no other file of the program imports is dead. */
export function findOrphans(files: Files): string[] {
  const sources = sourcesOf(files);
  const imported = new Set(
    sources.flatMap(({ file, scan }) =>
      scan.imports
        .filter(({ specifier }) => specifier.startsWith("."))
        .map(({ specifier }) => resolveImport(file, specifier)),
    ),
  );
  return sources
    .filter(({ file }) => !imported.has(file) && !ENTRY_POINTS.includes(file))
    .map(({ file }) => `src/${file} is imported by nobody`);
}

/** Places and sizes: names of folders, files in them, depth, barrels. */
export function findMisplaced(files: Files): string[] {
  const folders = new Map<string, string[]>();
  for (const file of files.keys())
    if (file.startsWith("src/"))
      folders.set(path.dirname(file), [...(folders.get(path.dirname(file)) ?? []), file]);
  const crowded = [...folders]
    .filter(([, members]) => members.length > FOLDER_FILES_MAX)
    .map(([folder, { length }]) => `${folder} has ${length} files; at most ${FOLDER_FILES_MAX}`);
  const named = [...folders.keys()].flatMap((folder) => [
    ...folder
      .split("/")
      .filter((part) => VAGUE_FOLDERS.includes(part))
      .map((part) => `${folder} is called "${part}", which says nothing`),
    ...(folder.split("/").length - 1 > DEPTH_MAX ? [`${folder} is deeper than ${DEPTH_MAX}`] : []),
  ]);
  return [...crowded, ...named, ...sourcesOf(files).flatMap(findMisshapen)];
}

function findMisshapen({ file, scan }: Source): string[] {
  const withoutExports = scan.code.replaceAll(/export\s+(type\s+)?[*{][^;]*\bfrom\s*"\s*";?/g, "");
  const isBarrel = scan.imports.length > 0 && withoutExports.trim() === "";
  return [
    ...(isBarrel || /(^|\/)index\.ts$/.test(file) ? [`src/${file} is a barrel`] : []),
    ...(/[A-Z_]/.test(file) ? [`src/${file} is not in kebab-case`] : []),
  ];
}

/** A control character in a pattern may be the very thing that is looked for; every other rule stays on. */
const SWITCHED_OFF = /biome-ignore(?!\s+lint\/suspicious\/noControlCharactersInRegex: )/;

/** What is unfinished, and types given up. */
export function findUnfinished(files: Files): string[] {
  const unfinished = /\b(TODO|FIXME|XXX|HACK)\b/;
  const surrender = /\bas\s+(any|unknown\s+as)\b/;
  return [...files]
    .filter(([file]) => /^(src|test)\/.*\.(ts|mjs|js)$|^migrations\/|^workflows\//.test(file))
    .filter(([file]) => !/^test\/(house\/|architecture)/.test(file))
    .flatMap(([file, text]) => {
      const { code, comments } = file.endsWith("s")
        ? scanSource(text)
        : { code: "", comments: text };
      return [
        ...(unfinished.test(comments) ? [`${file} says TODO`] : []),
        ...(surrender.test(code) || /@ts-(ignore|expect-error|nocheck)/.test(comments)
          ? [`${file} gives up a type`]
          : []),
        ...(SWITCHED_OFF.test(comments) ? [`${file} switches lint off`] : []),
      ];
    });
}

const Package = z.object({
  scripts: z.record(z.string(), z.string()),
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
  optionalDependencies: z.record(z.string(), z.string()),
});

/** Few scripts, few dependencies, exact versions. Platform binaries are not counted. */
export function findPackageProblems(text: string): string[] {
  const { scripts, dependencies, ...rest } = Package.parse(JSON.parse(text));
  const all = { ...dependencies, ...rest.devDependencies, ...rest.optionalDependencies };
  const count = Object.keys(dependencies).length;
  return [
    ...Object.entries(all)
      .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
      .map(([name, version]) => `${name} has the inexact version "${version}"`),
    ...(count > RUNTIME_DEPENDENCIES_MAX ? [`${count} runtime dependencies`] : []),
    ...(Object.keys(scripts).length > SCRIPTS_MAX
      ? [`${Object.keys(scripts).length} scripts; at most ${SCRIPTS_MAX}`]
      : []),
  ];
}

const Locked = z.object({
  version: z.string().optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
});
const Lock = z.object({ packages: z.record(z.string(), Locked) });

/**
 * Every dependency of every package has its entry, those of other platforms too: `npm ci` refuses a lockfile in
 * which one is missing, and `npm install` writes such a file where a registry lacks a package.
 */
export function findLockProblems(text: string): string[] {
  const { packages } = Lock.parse(JSON.parse(text));
  return Object.entries(packages).flatMap(([place, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies })
      .filter((name) => !findLocked(packages, place, name))
      .map((name) => `${place || "package.json"} needs ${name}, which is not locked`),
  );
}

/** As Node.js looks for it: nested first, then upwards. */
function findLocked(
  packages: z.infer<typeof Lock>["packages"],
  place: string,
  name: string,
): boolean {
  for (let folder = place; ; folder = folder.slice(0, folder.lastIndexOf("/node_modules/"))) {
    const prefix = folder === "" ? "" : `${folder}/`;
    if (packages[`${prefix}node_modules/${name}`]?.version) return true;
    if (!folder.includes("/node_modules/"))
      return Boolean(packages[`node_modules/${name}`]?.version);
  }
}

/** One subject a migration, numbered without a gap. */
export function findMigrationProblems(files: Files): string[] {
  const migrations = [...files.keys()].filter((file) => file.startsWith("migrations/")).sort();
  return migrations.flatMap((file, index) => {
    const lines = (files.get(file) ?? "").trimEnd().split("\n").length;
    const number = String(index + 1).padStart(4, "0");
    return [
      ...(lines > MIGRATION_LINES_MAX ? [`${file} has ${lines} lines`] : []),
      ...(new RegExp(`^migrations/${number}_[a-z0-9_]+\\.sql$`).test(file)
        ? []
        : [`${file} should be number ${number} and end in .sql`]),
    ];
  });
}
