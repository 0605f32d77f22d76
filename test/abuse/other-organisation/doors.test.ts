/** Every way in, with what belongs to the other organization put into it by hand. */
import { randomUUID } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signInTerminal } from "../../../src/app/terminal/sign.ts";
import { sha256 } from "../../../src/domain/audit/canonical.ts";
import { Command } from "../../../src/domain/command.ts";
import {
  instantOf,
  MigrationId,
  OrganisationId,
  PersonId,
  RequirementName,
  Sha256,
} from "../../../src/domain/ids.ts";
import { type OpenedWebChatStore, openWebChatStore } from "../../../src/store/web-chat.ts";
import { parcel } from "../../scenarios/fill-form.ts";
import { LOGGING, openClinic, readyToSign } from "../../scenarios/openings.ts";
import { viewSubmission } from "../../support/slack/driver/payloads.ts";
import {
  channelNamed,
  countRows,
  errorsIn,
  migrationOf,
  openGround,
  refusedSoFar,
  slackDoor,
  slackUser,
} from "../ground.ts";
import { EVERY_COMMAND } from "./every-command.ts";

const ground = await openGround();
const theirs = { channel: "only-theirs", ref: randomUUID(), private: randomUUID() };
const migrations = { web: "", slack: "" };
let chat: OpenedWebChatStore;

beforeAll(async () => {
  await openClinic(ground().web, "ours");
  await readyToSign(ground().slack, "theirs");
  migrations.web = await migrationOf(ground(), "Clinic ours");
  migrations.slack = await migrationOf(ground(), "Clinic theirs");
  const [row] = await ground().database.asOwner(
    "select organisation_id from workspaces where surface = 'slack'",
  );
  const organisationId = OrganisationId.parse(row?.organisation_id);
  chat = openWebChatStore({ appUrl: ground().database.ownerUrl, organisationId });
  const kind = { kind: "channel", ownerId: null } as const;
  const channels = [theirs.channel, "general"].map((channelId) => ({
    channelId,
    name: channelId,
    ...kind,
  }));
  await chat.addChannels(channels, new Date());
  await postTheirs(theirs.ref, null);
  await postTheirs(theirs.private, "amara");
}, 120_000);
afterAll(() => chat.close());

async function postTheirs(ref: string, onlyFor: string | null): Promise<void> {
  const posted = await chat.post({
    ref,
    channelId: "general",
    threadRef: null,
    authorId: "amara",
    onlyFor,
    content: { kind: "text", text: "Only theirs." } as never,
    sentAt: new Date(),
    attempt: randomUUID(),
  });
  expect(posted.outcome).toBe("posted");
}

interface Named {
  readonly channel: string;
  readonly ref: string;
}

/** Sends what a page would, and answers with status and words, without the ids that were sent. */
async function ask(
  method: string,
  route: string,
  sent: Readonly<Record<string, unknown>>,
  named: Named,
) {
  const origin = ground().slack.running.url;
  const all = { as: "amara", eventId: randomUUID(), ...sent };
  const words = Object.fromEntries(Object.entries(all).map(([key, value]) => [key, String(value)]));
  const query = method === "GET" ? `?${new URLSearchParams(words)}` : "";
  const type = route === "/bring" ? "application/vnd.cleargate.upload" : "application/json";
  const body = route === "/bring" ? parcel(all, [FILE]) : JSON.stringify(all);
  const response = await fetch(`${origin}/chat/api${route}${query}`, {
    method,
    headers: { origin, "x-cleargate-chat": "1", "content-type": type },
    ...(method === "GET" ? {} : { body }),
  });
  const said = await response.text();
  return {
    status: response.status,
    said: said.replaceAll(named.channel, "<id>").replaceAll(named.ref, "<id>"),
  };
}

const REASON = { reason: { value: { type: "plain_text_input", value: "It was replaced." } } };
const FILE = { field: "file", file: { name: "proof.pdf", content: "proof" } };
const act = { command: { type: "ShowStatus" }, values: {} };
type Row = readonly [
  method: string,
  route: string,
  with_: (named: Named) => Readonly<Record<string, unknown>>,
];
const ROUTES: readonly Row[] = [
  ["GET", "/messages", ({ channel }) => ({ channel })],
  ["GET", "/messages", ({ ref }) => ({ channel: "general", thread: ref })],
  ["POST", "/say", ({ channel }) => ({ channel, text: "Hello." })],
  ["POST", "/say", ({ ref }) => ({ channel: "general", thread: ref, text: "Hello." })],
  ["POST", "/act", ({ channel }) => ({ channel, ...act })],
  ["POST", "/act", ({ ref }) => ({ channel: "general", thread: ref, ...act })],
  ["POST", "/bring", ({ channel }) => ({ channel, ...act })],
  ["POST", "/bring", ({ ref }) => ({ channel: "general", thread: ref, ...act })],
  ["POST", "/read", ({ channel }) => ({ channel, upTo: 1 })],
  ["POST", "/dismiss", ({ ref }) => ({ ref })],
];
/** They name nothing that is somebody's. */
const NAME_NOTHING = ["GET /session", "GET /channels", "GET /live", "POST /channels"];

describe("the web chat", () => {
  test("has a row for every route", () => {
    const file = path.resolve(import.meta.dirname, "../../../src/chat/web/router.ts");
    const source = fs.readFileSync(file, "utf8");
    const routes = [...source.matchAll(/api\.(get|post)\("(\/\w+)"/g)].map(
      ([, method = "", route]) => `${method.toUpperCase()} ${route}`,
    );
    const rows = [
      ...new Set(ROUTES.map(([method, route]) => `${method} ${route}`)),
      ...NAME_NOTHING,
    ];

    expect(routes.toSorted()).toEqual(rows.toSorted());
  });

  test.each(ROUTES.map((row, at) => [`${row[0]} ${row[1]}`, at] as const))(
    "answers %s (%i) with what is theirs like what does not exist",
    async (_name, at) => {
      const [method, route, fields] = ROUTES[at] ?? ["", "", () => ({})];
      const before = await countRows(ground());
      const [channel, ref] = [theirs.channel, route === "/dismiss" ? theirs.private : theirs.ref];
      const nobody = { channel: "only-nobodys", ref: randomUUID() };

      const told = await ask(method, route, fields({ channel, ref }), { channel, ref });
      const unknown = await ask(method, route, fields(nobody), nobody);

      expect(told).toEqual(unknown);
      expect(told.status).toBe(404);
      expect(await countRows(ground())).toEqual(before);
      expect(await chat.message(theirs.ref)).not.toBeNull();
      expect(await chat.message(theirs.private)).not.toBeNull();
    },
  );

  test("lists no channel of theirs and shows none of their messages where the names are the same", async () => {
    const nobody = { channel: "-", ref: "-" };
    const channels = await ask("GET", "/channels", {}, nobody);
    const messages = await ask("GET", "/messages", { channel: "general" }, nobody);

    expect([channels.status, messages.status]).toEqual([200, 200]);
    expect(channels.said).toContain("general");
    expect(channels.said).not.toContain(theirs.channel);
    expect(messages.said).not.toContain("Only theirs.");
  });

  test("tells an open page nothing of what is said there", async () => {
    const stop = new AbortController();
    const origin = ground().slack.running.url;
    const response = await fetch(`${origin}/chat/api/live?as=amara`, {
      headers: { origin, "x-cleargate-chat": "1" },
      signal: stop.signal,
    });
    let heard = "";
    const reading = (async () => {
      for await (const bytes of response.body ?? []) heard += Buffer.from(bytes).toString();
    })().catch(() => undefined);
    const later = randomUUID();
    await postTheirs(later, null);
    await ask(
      "POST",
      "/say",
      { channel: "general", text: "Ours alone." },
      { channel: "-", ref: "-" },
    );
    for (let turn = 0; turn < 50 && !heard.includes("Ours alone."); turn += 1) await sleep(50);
    stop.abort();
    await reading;

    expect(heard).toContain("Ours alone.");
    expect(heard).not.toContain(later);
    expect(heard).not.toContain("Only theirs.");
  });
});

describe("Slack", () => {
  const amara = () => slackUser(ground(), "U0AMARA", channelNamed(ground(), "theirs"));

  /** Sends the memory of an open form with another command in it. */
  async function submit(type: string, migration: string): Promise<string> {
    const { slack } = ground().slack;
    const ids = { requirement: LOGGING.requirement, content: "a".repeat(64), user: "U0NOBODY" };
    const all = ["request", "evidence", "signOff", "person", "workspace"].map((name) => [
      name,
      randomUUID(),
    ]);
    const sent = EVERY_COMMAND[type]?.({ ...Object.fromEntries(all), ...ids, migration });
    const told = amara().ephemerals.length;
    await amara().command("/compliance cancel");
    const open = slack.world.modals.get("U0AMARA")?.at(-1);
    if (!open) throw new Error("no form is open");
    const command = { type, ...sent?.fields };
    const memory = JSON.parse(String(open.view.private_metadata));
    const view = { ...open.view, private_metadata: JSON.stringify({ ...memory, command }) };
    const answer = await slackDoor(ground()).interact(
      viewSubmission({ slack, userId: "U0AMARA" }, { ...open, view }, REASON),
    );
    await ground().slack.running.settled();
    expect(answer.status).toBe(200);
    const shown = amara()
      .ephemerals.slice(told)
      .map(({ text }) => text);
    return [answer.text, ...shown].join("\n").replaceAll(migration, "<id>");
  }

  const forms = Command.options
    .map(({ shape }) => shape.type.value)
    .filter((type) => type.startsWith("Save") || type.startsWith("Confirm"))
    .filter((type) => type !== "SaveRole" && type !== "ConfirmLink" && type !== "ConfirmJoin");

  test.each(forms)("answers a form for %s of theirs like one of nobody", async (type) => {
    const before = await countRows(ground());

    const told = await submit(type, migrations.web);
    const unknown = await submit(type, randomUUID());

    expect(told).toBe(unknown);
    if (type !== "SaveAnswers") expect(told).toContain("I cannot find that migration");
    expect(told).not.toContain("Clinic ours");
    expect(await countRows(ground())).toEqual(before);
  });

  test.each(["status", "next", "gate", "people", "report"])(
    "answers /compliance %s in a channel of theirs like in an unknown one",
    async (words) => {
      const before = await countRows(ground());
      const inChannel = async (channel: string) => {
        const { text } = await slackUser(ground(), "U0AMARA", channel).command(
          `/compliance ${words}`,
        );
        await ground().slack.running.settled();
        return text.replaceAll(channel, "<id>");
      };

      expect(await inChannel("ours")).toBe(await inChannel("nowhere"));
      expect(await countRows(ground())).toEqual(before);
    },
  );
});

describe("the terminal", () => {
  test("spends no signing token of one organization on a migration of the other", async () => {
    const { deps } = ground().slack.running.core;
    const token = `token-${randomUUID()}`;
    const [row] = await ground().database.asOwner(
      `select p.id, p.organisation_id from people p join identities i on i.person_id = p.id
       where i.user_id = 'priya'`,
    );
    const organisationId = OrganisationId.parse(row?.organisation_id);
    const actor = { personId: PersonId.parse(row?.id), name: "Priya Nair", email: null };
    const at = instantOf(new Date());
    const requirement = RequirementName.parse(LOGGING.requirement);
    await deps.store.write(organisationId, null, (writing) =>
      writing.record([
        {
          organisationId,
          actor,
          at,
          fact: {
            type: "SigningTokenIssued",
            migrationId: MigrationId.parse(migrations.web),
            requirement,
            meaning: "requirement_met",
            contentHash: Sha256.parse("a".repeat(64)),
            tokenHash: sha256(token),
            expiresAt: instantOf(new Date(Date.now() + 60_000)),
          },
        },
      ]),
    );
    const before = await countRows(ground());
    const noted = (await refusedSoFar(ground())).length;
    const spend = (id: string) =>
      signInTerminal(deps, { migrationId: MigrationId.parse(id), requirement, token });

    expect(await spend(migrations.slack)).toEqual({ refused: "signing_token_invalid" });
    expect(await spend(randomUUID())).toEqual({ refused: "unknown_migration" });
    expect(await countRows(ground())).toEqual(before);
    // Each try is on the record, and changed nothing.
    const refusals = (await refusedSoFar(ground())).slice(noted);
    expect(new Set(refusals)).toEqual(
      new Set(["sign_off signing_token_invalid", "sign_off unknown_migration"]),
    );
    // With its own migration the token is known: what was answered was not the answer to any token.
    expect(await spend(migrations.web)).not.toEqual({ refused: "signing_token_invalid" });
  });
});

test("none of it failed inside", () => {
  expect(errorsIn(ground())).toEqual([]);
});
