/** When a request is acknowledged, and what is said when something fails, with an application of the test's own. */
import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Inbound, Reply } from "../../../src/app/ports.ts";
import { createTeams, type TeamsSurface } from "../../../src/chat/teams/teams.ts";
import { Unavailable } from "../../../src/domain/fault.ts";
import { WorkspaceId } from "../../../src/domain/ids.ts";
import { TAKES_LONGER } from "../../../src/messages/edge/sentences.ts";
import type { Form } from "../../../src/messages/form.ts";
import type { Json } from "../../support/slack/checks/parts.ts";
import { type TeamsPerson, teamsPerson } from "../../support/teams/driver/person.ts";
import { startTeams, type TeamsStandIn } from "../../support/teams/stand-in.ts";
import { aMemory } from "./memory.ts";

const AMARA = "3f0c7a52-0000-4000-8000-000000000001";
const workspaceId = WorkspaceId.parse(randomUUID());
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

let teams: TeamsStandIn;
let surface: TeamsSurface;
let amara: TeamsPerson;
let converse: (inbound: Inbound) => Promise<Reply>;
let workspaceOf: () => Promise<WorkspaceId>;
/** Names the addresses that requests came to. */
let host = "bot.example";

beforeEach(async () => {
  teams = await startTeams();
  teams.addUser(AMARA, { name: "Amara Okafor" });
  const channel = teams.addChannel("clinic");
  converse = async () => ({ kind: "show", message: { headline: "Done." } });
  workspaceOf = async () => workspaceId;
  surface = openSurface();
  const door = {
    deliver: async (activity: Json) => {
      const { status, body } = await surface.source.accept({
        ...{ value: activity, correlationId: "c" },
        header: (name) => (name === "host" ? host : undefined),
      });
      return { status, body: body as Json | null, text: JSON.stringify(body) };
    },
  };
  amara = teamsPerson({
    teams,
    url: "http://nowhere",
    user: AMARA,
    conversation: channel.id,
    door,
  });
});
afterEach(async () => {
  await surface.settled();
  teams.takeFaults();
  await teams.close();
});

function openSurface(given: { readonly isOpen?: boolean } = {}): TeamsSurface {
  const { tenantId, appId, appPassword, endpoints } = teams;
  return createTeams({
    credentials: given.isOpen ? null : { appId, appPassword, tenantId },
    administrators: [],
    endpoints,
    memory: aMemory(workspaceId, tenantId).memory,
    converse: (inbound) => converse(inbound),
    workspaceOf: () => workspaceOf(),
    peopleOf: async () => [],
    clock: () => new Date(),
    log: silent,
  });
}

const FORM: Form = {
  title: "Reason",
  fields: [
    { id: "reason", type: "text", label: "Why?", required: false },
    { id: "day", type: "date", label: "Until when?", required: false },
  ],
  submit: "Save",
  command: { type: "OpenMigration" },
};

describe("a message is acknowledged", () => {
  test("when the application has decided, and not before", async () => {
    let decide: (reply: Reply) => void = () => undefined;
    converse = () => new Promise((resolve) => (decide = resolve));
    let acknowledged = false;
    const said = amara.say("status").then(() => {
      acknowledged = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 150));

    expect(acknowledged).toBe(false);
    decide({ kind: "show", message: { headline: "Decided." } });
    await said;
    await surface.settled();

    expect(acknowledged).toBe(true);
    await amara.sees("Decided.");
  });

  test("without waiting for the words to arrive", async () => {
    teams.misbehave("post", { kind: "hang" });
    const began = performance.now();

    await amara.say("status");

    expect(performance.now() - began).toBeLessThan(1_500);
  });
});

describe("what was pressed", () => {
  test("is answered before Teams gives up after ten seconds, and the answer comes all the same", async () => {
    const actions = [{ label: "Go on", command: { type: "OpenHome" } }] as const;
    converse = async () => ({
      kind: "show",
      message: { headline: "Well?", sections: [{ actions }] },
    });
    await amara.say("status");
    await amara.sees("Well?");
    let decide: (reply: Reply) => void = () => undefined;
    converse = () => new Promise((resolve) => (decide = resolve));
    const began = performance.now();
    const answer = await amara.press("Go on");

    expect(answer.body).toMatchObject({ statusCode: 200, value: TAKES_LONGER.headline });
    expect(performance.now() - began).toBeLessThan(10_000);
    decide({ kind: "show", message: { headline: "Decided at last." } });
    await surface.settled();
    await amara.sees("Decided at last.");
  });
});

describe("when the application fails", () => {
  test("whoever asked hears that it did not work, with the number under which it is recorded", async () => {
    converse = async () => {
      throw new Unavailable("no database");
    };

    await amara.say("status");
    await surface.settled();

    expect((await amara.sees("That did not work")).text).toMatch(/recorded as [0-9a-f-]{36}/);
  });

  test("and nothing is known of the person, it is said where they are, and to whoever pressed at once", async () => {
    await amara.say("help");
    converse = async () => ({ kind: "form", form: FORM });
    await amara.say("form");
    await surface.settled();
    workspaceOf = async () => {
      throw new Unavailable("no database");
    };

    await amara.say("status");
    await surface.settled();
    await amara.sees("That did not work");
    const pressed = await amara.submit();

    expect(pressed.status).toBe(200);
    expect(pressed.body?.value).toContain("That did not work");
  });
});

describe.each(["execute", "submit"] as const)("a form that has to be mended (%s)", (as) => {
  const how = as === "submit" ? ({ as: "submit" } as const) : {};
  /** The form is open, and its day will be refused. */
  const openForm = async (): Promise<void> => {
    converse = async ({ command }) =>
      command.type === "Text"
        ? { kind: "form", form: FORM }
        : { kind: "errors", fields: { day: "Choose a day after today." } };
    await amara.say("waive");
    await surface.settled();
  };

  test("stays, with what was typed and a sentence beside the field", async () => {
    await openForm();

    await amara.submit({ reason: "the customer asked", day: "2020-01-01" }, how);
    await surface.settled();

    expect(amara.form?.errors).toEqual({ day: "Choose a day after today." });
    expect(amara.form?.text).toContain("the customer asked");
    expect(teams.world.messages.filter(({ from }) => from === null)).toHaveLength(1);
  });

  test("is mended in words when this process does not remember it", async () => {
    await openForm();
    surface = openSurface();

    await amara.submit({ reason: "the customer asked" }, how);
    await surface.settled();

    await amara.sees("Choose a day after today.");
    expect(amara.form?.text).toContain("Why?");
  });

  test("gives way to what comes next", async () => {
    converse = async ({ command }) =>
      command.type === "Text"
        ? { kind: "form", form: FORM }
        : { kind: "show", message: { headline: "Saved." } };
    await amara.say("waive");
    await surface.settled();

    await amara.submit({ reason: "x" }, how);
    await surface.settled();

    await amara.sees("Saved.");
    expect(amara.form).toBeNull();
    expect(teams.world.messages.filter(({ from }) => from === null)).toHaveLength(1);
  });
});

describe("for the playground", () => {
  test("only a page of this machine may speak, whatever name leads to it", async () => {
    surface = openSurface({ isOpen: true });
    host = "evil.example:3000";
    expect(await amara.say("status")).toMatchObject({ status: 403 });

    host = "localhost:3000";
    expect(await amara.say("status")).toMatchObject({ status: 200 });
    host = "bot.example";
  });
});
