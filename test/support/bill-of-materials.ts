/**
 * What the product is made of, from the lockfile alone: a CycloneDX bill of materials and a list of licenses. Neither
 * holds a time, a serial number or an address, so the same lockfile gives the same bytes everywhere.
 */
import { readFileSync } from "node:fs";
import { z } from "zod";

const Entry = z.object({
  version: z.string(),
  license: z.string(),
  integrity: z.string().optional(),
  dev: z.boolean().optional(),
  optional: z.boolean().optional(),
  devOptional: z.boolean().optional(),
  resolved: z.string().optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
});
type Entry = z.infer<typeof Entry>;
const Lock = z.object({
  name: z.string(),
  version: z.string(),
  packages: z.record(z.string(), Entry),
});
export type Lock = z.infer<typeof Lock>;

export interface Part {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly integrity: string | null;
  /** `excluded`: for development, in no release. */
  readonly scope: "required" | "optional" | "excluded";
  readonly purl: string;
  readonly needs: readonly string[];
}

export function readLock(): Lock {
  const text = readFileSync(new URL("../../package-lock.json", import.meta.url), "utf8");
  return Lock.parse(JSON.parse(text));
}

/** Every package once per version, by name; one that is required anywhere is required. */
export function listParts({ packages }: Lock): readonly Part[] {
  const parts = new Map<string, Part>();
  for (const [place, entry] of Object.entries(packages)) {
    if (place === "") continue;
    const part = toPart(packages, place, entry);
    const known = parts.get(part.purl);
    if (!known || RANK[part.scope] < RANK[known.scope]) parts.set(part.purl, part);
  }
  return [...parts.values()].sort((a, b) => compare(a.purl, b.purl));
}

const RANK = { required: 0, optional: 1, excluded: 2 } as const;
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function toPart(packages: Lock["packages"], place: string, entry: Entry): Part {
  const name = nameOf(place);
  const { version, license, integrity, dev, optional, devOptional } = entry;
  const scope = dev ? "excluded" : optional || devOptional ? "optional" : "required";
  return {
    name,
    version,
    license,
    integrity: integrity ?? null,
    scope,
    purl: purlOf(name, version),
    needs: needsOf(packages, place, entry),
  };
}

const nameOf = (place: string): string => place.slice(place.lastIndexOf("node_modules/") + 13);

/** https://github.com/package-url/purl-spec */
function purlOf(name: string, version: string): string {
  return `pkg:npm/${name.replace("@", "%40")}@${version}`;
}

/** What a package needs, as Node.js finds it: nested first, then upwards. */
function needsOf(packages: Lock["packages"], place: string, entry: Entry): readonly string[] {
  const names = Object.keys({ ...entry.dependencies, ...entry.optionalDependencies });
  return names.flatMap((name) => {
    const [found] = foldersFrom(place).flatMap((folder) => packages[`${folder}${name}`] ?? []);
    return found ? [purlOf(name, found.version)] : [];
  });
}

/** `node_modules/a/node_modules/b` looks in itself, in `a`, and at the top. */
function foldersFrom(place: string): readonly string[] {
  if (place === "") return ["node_modules/"];
  const above = place.slice(0, Math.max(0, place.lastIndexOf("/node_modules/")));
  return [`${place}/node_modules/`, ...foldersFrom(above)];
}

/** CycloneDX 1.6, https://cyclonedx.org/docs/1.6/json/ */
export function renderBillOfMaterials(lock: Lock): string {
  const parts = listParts(lock);
  const root = `pkg:npm/${lock.name}@${lock.version}`;
  const entry = lock.packages[""];
  const bill = {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      component: {
        type: "application",
        "bom-ref": root,
        name: lock.name,
        version: lock.version,
        purl: root,
      },
    },
    components: parts.map(toComponent),
    dependencies: [
      { ref: root, dependsOn: entry ? unique(needsOf(lock.packages, "", entry)) : [] },
      ...parts.map(({ purl, needs }) => ({ ref: purl, dependsOn: unique(needs) })),
    ],
  };
  return `${JSON.stringify(bill, null, 1)}\n`;
}

const unique = (refs: readonly string[]): string[] => [...new Set(refs)].sort(compare);

function toComponent({ name, version, license, integrity, scope, purl }: Part): object {
  const isExpression = / (OR|AND|WITH) /.test(license);
  return {
    type: "library",
    "bom-ref": purl,
    name,
    version,
    scope,
    ...(integrity ? { hashes: hashesOf(integrity) } : {}),
    licenses: isExpression ? [{ expression: license }] : [{ license: { id: license } }],
    purl,
  };
}

/** The lockfile keeps digests in base64, the bill of materials in hexadecimal. */
function hashesOf(integrity: string): object[] {
  return integrity.split(" ").map((digest) => {
    const [algorithm = "", text = ""] = digest.split("-");
    return {
      alg: algorithm.replace("sha", "SHA-"),
      content: Buffer.from(text, "base64").toString("hex"),
    };
  });
}

/** The licenses of everything, what is released first. */
export function renderLicenses(lock: Lock): string {
  const parts = listParts(lock);
  const section = (title: string, scopes: readonly Part["scope"][]): string => {
    const rows = parts
      .filter(({ scope }) => scopes.includes(scope))
      .map(({ name, version, license }) => `| \`${name}\` | ${version} | ${license} |`);
    return `## ${title}\n\n| package | version | license |\n|---|---|---|\n${rows.join("\n")}\n`;
  };
  return `# Licenses

Made by \`npm run generate\` from the lockfile. \`sbom.cdx.json\` says the same for programs, with digests.

${section("In a release", ["required", "optional"])}
${section("For development only", ["excluded"])}`;
}
