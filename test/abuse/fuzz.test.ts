/** Any command with any values gets an answer in words: nothing is thrown but that the database is away. */

import { beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { converse } from "../../src/app/conversation/converse.ts";
import { Command } from "../../src/domain/command.ts";
import { Unavailable } from "../../src/domain/fault.ts";
import type { FormValue, FormValues, Upload } from "../../src/messages/form.ts";
import { requested } from "../scenarios/openings.ts";
import { fc } from "../support/properties.ts";
import { errorsIn, migrationOf, openGround, sendToWeb } from "./ground.ts";

const ground = await openGround();
const known = { migrations: [] as string[], people: [] as string[], requests: [] as string[] };
beforeAll(async () => {
  await requested(ground().web, "fuzz");
  await requested(ground().slack, "fuzz-too");
  const ids = async (sql: string) =>
    (await ground().database.asOwner(sql)).map(({ id }) => String(id));
  known.migrations = [
    await migrationOf(ground(), "Clinic fuzz"),
    await migrationOf(ground(), "Clinic fuzz-too"),
  ];
  known.people = await ids("select id from people");
  known.requests = await ids("select id from sign_off_requests");
}, 120_000);

const NASTY = [
  "",
  " ",
  "\u0000",
  "\ud800",
  "\u202e",
  "__proto__",
  "2026-02-30",
  "0001-01-01",
  "none",
];
const texts = fc.oneof(
  fc.constantFrom(...NASTY, "webex", "yes", "HIPAA", "America/New_York", "retention_shot.file"),
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.string({ maxLength: 4000, minLength: 2000 }),
  fc.constantFrom("'; drop table people; --", "<!channel>", "{{7*7}}", "../../etc/passwd"),
);
const FIELDS = [
  ...["customer", "industry", "platform", "time_zone", "proposal_on", "go_live_on", "verticals"],
  ...["reason", "slot", "link", "sha256", "name", "held_on", "role", "title", "organisation"],
  ...[
    "email",
    "form",
    "confirmed_on",
    "statement",
    "expires_on",
    "person",
    "__proto__",
    "toString",
  ],
  ...["cdr_retention_months", "where", "reviewer", "set_on", "file", "files", "document"],
];

const uploads: fc.Arbitrary<Upload> = fc
  .record({
    name: texts,
    bytes: fc.option(fc.nat()),
    parts: fc.array(fc.uint8Array(), { maxLength: 3 }),
  })
  .map(({ name, bytes, parts }) => ({
    name,
    bytes,
    mimeType: "application/pdf",
    link: null,
    async *read() {
      yield* parts;
      if (parts.length === 2) throw new Error("the platform broke off");
    },
  }));
const values = fc
  .array(
    fc.tuple(
      fc.constantFrom(...FIELDS),
      fc.oneof<fc.Arbitrary<FormValue>[]>(
        texts,
        fc.array(texts, { maxLength: 4 }),
        fc.array(uploads, { maxLength: 2 }),
      ),
    ),
    { maxLength: 12 },
  )
  .map((entries): FormValues => Object.fromEntries(entries));

/** What fits a field of a command, most often something that exists. */
function valueFor(key: string): fc.Arbitrary<unknown> {
  const uuid = fc.uuid();
  if (key === "migration") return fc.nat(3).chain((at) => fc.constant(known.migrations[at]));
  if (key === "request") return fc.oneof(fc.constantFrom(...known.requests), uuid);
  if (key === "person") return fc.oneof(fc.constantFrom(...known.people), uuid);
  if (key === "requirement")
    return fc.constantFrom(
      "audit_logging_enabled",
      "hipaa_baa_signed",
      "vertical_confirmed",
      "zzz",
    );
  if (key === "page") return fc.integer({ min: -1, max: 21 });
  if (key === "stage") return fc.constantFrom(3, 5, 4);
  if (key === "meaning") return fc.constantFrom("requirement_met", "waiver", "not_applicable");
  if (key === "contentHash") return fc.constant("a".repeat(64));
  if (key === "role") return fc.constantFrom("compliance_officer", "deployment_engineer");
  if (key === "next") return fc.constantFrom("status", "sign", "start", "__proto__", "");
  if (["evidence", "signOff"].includes(key)) return uuid;
  if (key === "draft") return fc.boolean();
  return texts;
}

/** Every kind of command, its fields filled at random; those that the shape refuses are left out. */
function commands(): fc.Arbitrary<Command> {
  const shapes = Command.options.map((option) => Object.entries(option.shape));
  return fc.constantFrom(...shapes).chain((fields) => {
    const filled = fields.map(([key, shape]) =>
      key === "type"
        ? fc.constant([key, literalOf(shape)] as const)
        : valueFor(key).map((value) => [key, value] as const),
    );
    return fc.tuple(...filled).map((entries) => {
      const given = entries.filter(([, value]) => value !== undefined);
      return Command.safeParse(Object.fromEntries(given)).data ?? { type: "OpenHome" as const };
    });
  });
}

function literalOf(shape: unknown): unknown {
  return shape instanceof z.ZodLiteral ? [...shape.values][0] : undefined;
}

test("any command with any values is answered, and nothing of ours is changed by it", async () => {
  const { deps } = ground().slack.running.core;
  const { organisationId: _mine, workspaceId } = await deps.store.organisationOf({
    surface: "web",
    workspaceRef: "local",
  });
  const prototype = Object.getOwnPropertyNames(Object.prototype);
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        commands(),
        texts.map((text) => ({ type: "Text" as const, text })),
      ),
      values,
      fc.constantFrom("amara", "priya", "marcus", "theo", "grace", "nadia", "nobody", "__proto__"),
      fc.uuid(),
      async (command, given, userId, event) => {
        const asked = converse(deps, {
          identity: { surface: "web", workspaceId, workspaceRef: "local", userId },
          place: { kind: "channel", channel: { surface: "web", workspaceId, channelId: "fuzz" } },
          command,
          values: given,
          eventKey: `fuzz:${event}`,
          correlationId: event,
        });
        const reply = await asked.catch((error: unknown) => {
          if (error instanceof Unavailable) return null;
          throw error;
        });
        if (reply) expect(["show", "form", "errors", "home"]).toContain(reply.kind);
        if (reply) seen.add(`${command.type} ${reply.kind}`);
        expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(prototype);
      },
    ),
    { numRuns: 400, endOnFailure: false },
  );

  expect(seen.size).toBeGreaterThan(50);
}, 60_000);

test("any JSON as a body of the web chat is answered below 500", async () => {
  const paths = ["say", "act", "read", "dismiss", "channels"];
  const part = fc.oneof(
    fc.constantFrom("amara", "fuzz", "direct-priya", "home-amara", "general"),
    fc.jsonValue({ maxDepth: 3 }),
  );
  const body = fc.record(
    {
      as: part,
      channel: part,
      thread: part,
      eventId: fc.oneof(fc.uuid(), part),
      text: fc.oneof(texts, part),
      command: fc.oneof(fc.constant({ type: "OpenHome" }), part),
      values: fc.oneof(fc.dictionary(texts, texts, { maxKeys: 3 }), part),
      name: fc.oneof(texts, part),
      ref: part,
      upTo: part,
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), body, async (path, sent) => {
      const { status } = await sendToWeb(ground(), path, sent);
      expect(status).toBeLessThan(500);
    }),
    { numRuns: 250 },
  );
}, 60_000);

test("none of it failed inside, and no business row is without its organization", async () => {
  expect(errorsIn(ground())).toEqual([]);
  const tables = await ground().database.asOwner(
    `select table_name as name from information_schema.columns
     where table_schema = 'cleargate' and column_name = 'organisation_id'`,
  );
  for (const { name } of tables) {
    const [row] = await ground().database.asOwner(
      `select count(*) as strays from ${name} where organisation_id is null`,
    );
    expect([name, row?.strays]).toEqual([name, "0"]);
  }
});
