/** The package that Teams installs: a ZIP archive of the manifest and the icons, the same bytes each time. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { crc32 } from "./crc32.ts";

/** Stands in teams/manifest.json wherever the id of the app belongs. */
export const PLACEHOLDER = "00000000-0000-0000-0000-000000000000";

const ROOT = path.resolve(import.meta.dirname, "../..");
const PACKAGE = ".cleargate/teams-app.zip";
const GUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

interface Entry {
  readonly name: string;
  readonly content: Buffer;
}

/** The archive for the app with this id. */
export function buildTeamsPackage(appId: string): Buffer {
  const read = (name: string) => readFileSync(path.join(ROOT, "teams", name));
  const manifest = read("manifest.json").toString("utf8").replaceAll(PLACEHOLDER, appId);
  return writeArchive([
    { name: "manifest.json", content: Buffer.from(manifest, "utf8") },
    { name: "color.png", content: read("color.png") },
    { name: "outline.png", content: read("outline.png") },
  ]);
}

export interface Outcome {
  /** Whether there is a package now, be it one with the placeholder. */
  readonly isWritten: boolean;
  /** One sentence for whoever ran the program. */
  readonly sentence: string;
}

/** Writes the package below the folder, for the id that TEAMS_APP_ID holds. */
export function writeTeamsPackage(folder: string, setting: string | undefined): Outcome {
  const appId = (setting || PLACEHOLDER).toLowerCase();
  if (!GUID.test(appId)) return { isWritten: false, sentence: NO_ID };
  const file = path.join(folder, PACKAGE);
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o755 });
  writeFileSync(file, buildTeamsPackage(appId));
  const sentence = appId === PLACEHOLDER ? TO_REPLACE : `${PACKAGE} is the Teams app ${appId}.`;
  return { isWritten: true, sentence };
}

const NO_ID = `${PACKAGE} is not written: TEAMS_APP_ID is not an id such as 1b4e28ba-2fa1-41d2-883f-0016d3cca427.`;
const TO_REPLACE = `${PACKAGE} holds a placeholder for the app's id: set TEAMS_APP_ID to the Application (client) ID of your app registration and run "npm run generate" again.`;

/** ZIP (PKWARE's APPNOTE, 4.3): the entries as they are, uncompressed and all of one date. */
function writeArchive(entries: readonly Entry[]): Buffer {
  const records: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name, "latin1");
    records.push(numbers([4, 0x04034b50], ...describe(entry)), name, entry.content);
    directory.push(directoryHeader(entry, offset), name);
    offset += LOCAL_HEADER_BYTES + name.length + entry.content.length;
  }
  const listing = Buffer.concat(directory);
  return Buffer.concat([...records, listing, endRecord(entries.length, listing.length, offset)]);
}

const LOCAL_HEADER_BYTES = 30;
/** 1 January 1980, midnight: the first moment that the format knows. */
const DATE = 0x0021;

type Field = readonly [bytes: 2 | 4, value: number];

/** What the header beside an entry and its row in the directory have in common. */
function describe({ name, content }: Entry): readonly Field[] {
  const [version, flags, method, time, noExtra] = [20, 0, 0, 0, 0];
  return [
    [2, version],
    [2, flags],
    [2, method],
    [2, time],
    [2, DATE],
    [4, crc32(content)],
    [4, content.length],
    [4, content.length],
    [2, name.length],
    [2, noExtra],
  ];
}

function directoryHeader(entry: Entry, offset: number): Buffer {
  const [madeBy, noComment, disk, internalAttributes, externalAttributes] = [20, 0, 0, 0, 0];
  return numbers(
    [4, 0x02014b50],
    [2, madeBy],
    ...describe(entry),
    [2, noComment],
    [2, disk],
    [2, internalAttributes],
    [4, externalAttributes],
    [4, offset],
  );
}

function endRecord(count: number, listingBytes: number, listingOffset: number): Buffer {
  const [disk, noComment] = [0, 0];
  return numbers(
    [4, 0x06054b50],
    [2, disk],
    [2, disk],
    [2, count],
    [2, count],
    [4, listingBytes],
    [4, listingOffset],
    [2, noComment],
  );
}

/** Unsigned numbers one after the other, the low byte first. */
function numbers(...fields: readonly Field[]): Buffer {
  return Buffer.concat(
    fields.map(([bytes, value]) => {
      const written = Buffer.alloc(bytes);
      written.writeUIntLE(value, 0, bytes);
      return written;
    }),
  );
}
