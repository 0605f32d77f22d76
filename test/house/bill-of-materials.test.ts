/** What the product is made of: pinned, licensed as we may use it, and listed for whoever has to know. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  type Lock,
  listParts,
  readLock,
  renderBillOfMaterials,
  renderLicenses,
} from "../support/bill-of-materials.ts";
import { ROOT } from "./read-tree.ts";

/** Licenses that ask for no more than to be named. */
const IN_A_RELEASE = [
  ...["MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "0BSD", "BlueOak-1.0.0"],
];
/** Tools that are not handed on may also be under these. */
const AS_A_TOOL = [...IN_A_RELEASE, "MIT OR Apache-2.0", "MPL-2.0"];

const lock = readLock();
const parts = listParts(lock);

const aLock = (packages: Lock["packages"]): Lock => ({ name: "a", version: "1.0.0", packages });
const digest = "sha512-AAAA";
const root = { version: "1.0.0", license: "UNLICENSED", dependencies: { b: "1.0.0" } };

describe("licenses", () => {
  const isBad = ({ license, scope }: (typeof parts)[number]): boolean =>
    !(scope === "excluded" ? AS_A_TOOL : IN_A_RELEASE).includes(license);

  it("of everything are ones that we may use", () => {
    expect(parts.length).toBeGreaterThan(100);
    expect(parts.filter(isBad).map(({ purl, license }) => `${purl} is under ${license}`)).toEqual(
      [],
    );
  });

  it("that ask for more are found in a release, and may be a tool's", () => {
    const planted = { version: "1.0.0", license: "MPL-2.0" };
    const find = (entry: object) =>
      listParts(aLock({ "": root, "node_modules/b": { ...planted, ...entry } })).filter(isBad);

    expect(find({})).toHaveLength(1);
    expect(find({ optional: true })).toHaveLength(1);
    expect(find({ dev: true })).toHaveLength(0);
    expect(find({ dev: true, license: "GPL-3.0-only" })).toHaveLength(1);
  });
});

describe("the lockfile", () => {
  it("names exact versions and no address, and has a digest of all that is released", () => {
    const inexact = parts.filter(({ version }) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version));
    const addressed = Object.entries(lock.packages).filter(([, { resolved }]) => resolved);
    const unsigned = parts.filter(({ integrity, scope }) => scope !== "excluded" && !integrity);

    expect([...inexact, ...addressed, ...unsigned]).toEqual([]);
  });

  it("agrees with package.json", () => {
    const asked = z
      .object({
        version: z.string(),
        dependencies: z.record(z.string(), z.string()),
        devDependencies: z.record(z.string(), z.string()),
      })
      .parse(JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8")));
    const wanted = Object.entries({ ...asked.dependencies, ...asked.devDependencies });

    expect(lock.version).toBe(asked.version);
    expect(
      wanted.filter(
        ([name, version]) => lock.packages[`node_modules/${name}`]?.version !== version,
      ),
    ).toEqual([]);
  });
});

describe("the bill of materials", () => {
  const Bill = z.strictObject({
    $schema: z.string(),
    bomFormat: z.literal("CycloneDX"),
    specVersion: z.literal("1.6"),
    version: z.literal(1),
    metadata: z.strictObject({ component: z.looseObject({ "bom-ref": z.string() }) }),
    components: z.array(
      z.strictObject({
        type: z.literal("library"),
        "bom-ref": z.string(),
        name: z.string(),
        version: z.string(),
        scope: z.enum(["required", "optional", "excluded"]),
        hashes: z
          .array(
            z.strictObject({
              alg: z.literal("SHA-512"),
              content: z.string().regex(/^[0-9a-f]{128}$/),
            }),
          )
          .optional(),
        licenses: z
          .array(
            z.union([
              z.strictObject({ license: z.strictObject({ id: z.string() }) }),
              z.strictObject({ expression: z.string() }),
            ]),
          )
          .min(1),
        purl: z.string().regex(/^pkg:npm\/(%40[\w.-]+\/)?[\w.-]+@[\w.-]+$/),
      }),
    ),
    dependencies: z.array(z.strictObject({ ref: z.string(), dependsOn: z.array(z.string()) })),
  });
  const text = renderBillOfMaterials(lock);
  const bill = Bill.parse(JSON.parse(text));

  it("has every package once, and names only what it has", () => {
    const refs = bill.components.map(({ "bom-ref": ref }) => ref);
    const known = new Set([...refs, bill.metadata.component["bom-ref"]]);

    expect(new Set(refs).size).toBe(refs.length);
    expect(refs).toHaveLength(parts.length);
    const named = bill.dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]);
    expect(named.filter((ref) => !known.has(ref))).toEqual([]);
    expect(bill.dependencies[0]?.dependsOn).toContain(
      `pkg:npm/express@${lock.packages["node_modules/express"]?.version}`,
    );
  });

  it("is the same each time, without a time, a place or a registry", () => {
    expect(renderBillOfMaterials(readLock())).toBe(text);
    expect(text).not.toMatch(/timestamp|serialNumber|registry|https?:\/\/(?!cyclonedx\.org\/)/);
    expect(renderLicenses(lock)).not.toMatch(/https?:/);
  });

  it("finds a nested package before the one at the top", () => {
    const found = listParts(
      aLock({
        "": root,
        "node_modules/b": { version: "1.0.0", license: "MIT", dependencies: { c: "1.0.0" } },
        "node_modules/b/node_modules/c": { version: "1.0.0", license: "MIT", integrity: digest },
        "node_modules/c": { version: "2.0.0", license: "MIT", dev: true },
      }),
    );

    expect(found.map(({ purl, scope, needs }) => [purl, scope, needs])).toEqual([
      ["pkg:npm/b@1.0.0", "required", ["pkg:npm/c@1.0.0"]],
      ["pkg:npm/c@1.0.0", "required", []],
      ["pkg:npm/c@2.0.0", "excluded", []],
    ]);
  });
});
