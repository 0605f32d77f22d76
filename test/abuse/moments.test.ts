/** Clicks that come late, twice, from a stale card, or from people who may no longer: a kind sentence, no change. */
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { beforeAll, describe, expect, test } from "vitest";
import { LOGGING, openClinic, requested, type StoryStage } from "../scenarios/openings.ts";
import type { Talker } from "../scenarios/talker.ts";
import type { SlackPerson } from "../support/slack/driver/person.ts";
import {
  bringToWeb,
  channelNamed,
  countRows,
  errorsIn,
  openGround,
  refusedSoFar,
  slackDoor,
  slackUser,
} from "./ground.ts";

const ground = await openGround();
const SIGN = `/compliance sign ${LOGGING.requirement}`;

/** Talkers throw on answers of 400 and more; anything else that is thrown is a failure of the test. */
async function changesNothing(deed: () => Promise<unknown>): Promise<void> {
  const before = await countRows(ground());
  await deed().catch((error: unknown) => {
    if (!/^Error: 4\d\d: |answered 4\d\d/.test(String(error))) throw error;
  });
  expect(await countRows(ground())).toEqual(before);
}

/** One migration a surface; each test leaves a request that waits for the compliance officer. */
describe.each(["web", "slack"] as const)("on %s", (surface) => {
  let stage: StoryStage;
  beforeAll(async () => {
    stage = ground()[surface];
    await requested(stage, `moments-${surface}`);
  }, 60_000);

  test("the requester, the answerer, a guest and a deactivated account sign nothing", async () => {
    await grant(stage.as("manager"), stage.userIds.engineer, "compliance_officer");
    for (const role of ["engineer", "guest", "gone", "colleague"] as const) {
      await changesNothing(() => stage.as(role).command(SIGN));
      expect([role, stage.as(role).form()]).toEqual([role, null]);
    }
    await stage.as("manager").command("/compliance people");
    await stage.as("manager").press(/Amara.*compliance officer/i);
  });

  test("a role that was taken away since the form opened decides nothing", async () => {
    const manager = stage.as("manager");
    await grant(manager, stage.userIds.it, "compliance_officer");
    const signer = stage.as("it");
    await signer.command(SIGN);
    expect(signer.form()).not.toBeNull();
    await manager.command("/compliance people");
    await manager.press(/Theo.*compliance officer/i);

    await changesNothing(() => signer.submit());

    await signer.sees(/needs the role compliance officer/);
    expect((await refusedSoFar(ground())).at(-1)).toBe("SignOff role_needed");
  });

  test("a ceremony over answers that changed since signs nothing", async () => {
    const officer = stage.as("compliance");
    await officer.command(SIGN);
    expect(officer.form()).not.toBeNull();
    const engineer = stage.as("engineer");
    await engineer.command(`/compliance answer ${LOGGING.requirement}`);
    await engineer.submit({ cdr_retention_months: "84" });

    await changesNothing(() => officer.submit());

    await officer.sees(/changed since you opened it/);
    expect((await refusedSoFar(ground())).at(-1)).toBe("SignOff out_of_date");
  });

  test("a rejection of a request that was withdrawn meanwhile rejects nothing", async () => {
    const engineer = stage.as("engineer");
    await engineer.command(`/compliance request ${LOGGING.requirement}`);
    const officer = stage.as("compliance");
    await officer.command(`/compliance requirement ${LOGGING.requirement}`);
    await officer.press(/^reject/i);
    expect(officer.form()).not.toBeNull();
    await engineer.command(`/compliance requirement ${LOGGING.requirement}`);
    await engineer.press(/withdraw/i);

    await changesNothing(() => officer.submit({ reason: "The screenshot is of another tenant." }));

    await officer.sees(/was already withdrawn/);
    expect((await refusedSoFar(ground())).at(-1)).toBe("SaveRejection request_ended");
  });

  test("a signature that is sent twenty times at once counts once", async () => {
    await stage.as("engineer").command(`/compliance request ${LOGGING.requirement}`);
    const officer = stage.as("compliance");
    await officer.command(SIGN);
    await officer.submit();
    await officer.sees(/Signed off: audit_logging_enabled/);

    await changesNothing(() => Promise.all(Array.from({ length: 20 }, () => officer.repeat())));
  });

  test("a form that was open when the migration was cancelled saves nothing", async () => {
    const engineer = stage.as("engineer");
    await engineer.command(`/compliance answer ${LOGGING.requirement}`);
    await stage.as("manager").command("/compliance cancel");
    await stage.as("manager").submit({ reason: "The customer left." });

    await changesNothing(() => engineer.submit({ cdr_retention_months: "12" }));

    await engineer.sees(/is cancelled, so nothing can be changed/);
    expect((await refusedSoFar(ground())).at(-1)).toBe("SaveAnswers migration_not_open");
  });
});

async function grant(manager: Talker, person: string, role: string): Promise<void> {
  await manager.command("/compliance people");
  await manager.press("Grant a role");
  await manager.submit({ person, role });
}

describe("a click in Slack", () => {
  let amara: SlackPerson;
  beforeAll(async () => {
    await requested(ground().slack, "clicks");
    amara = slackUser(ground(), "U0AMARA", channelNamed(ground(), "clicks"));
    await amara.command(`/compliance requirement ${LOGGING.requirement}`);
    await ground().slack.running.settled();
  });

  async function send(change: object): Promise<string> {
    const told = amara.ephemerals.length;
    const payload = { ...amara.payloadOf(/withdraw/i, { on: "messages" }), ...change };
    expect((await slackDoor(ground()).interact(payload)).status).toBe(200);
    await ground().slack.running.settled();
    return amara.ephemerals
      .slice(told)
      .map(({ text }) => text)
      .join("\n");
  }

  test.each<[string, object]>([
    ["from another workspace", { team: { id: "T0OTHER" } }],
    ["from no workspace", { team: null }],
    ["from another organization", { team: null, enterprise: { id: "E0OTHER" } }],
    ["with no action", { actions: [] }],
    ["with two actions", { actions: [{ action_id: "a" }, { action_id: "b" }] }],
    ["by somebody of another company", { user: { id: "U0STRANGER", team_id: "T0OTHER" } }],
    ["by nobody", { user: undefined }],
    ["by the program itself", { user: { id: "UBOT00001", team_id: "T0CLEAR01" } }],
  ])("%s changes nothing", async (_what, change) => {
    await changesNothing(() => send({ trigger_id: randomUUID(), ...change }));
  });

  test("of another company's person is refused and on record", async () => {
    ground().slack.slack.addUser("U0STRANGER", { kind: "stranger" });
    await changesNothing(() => send({ user: { id: "U0STRANGER", team_id: "T0OTHER" } }));

    expect((await refusedSoFar(ground())).at(-1)).toBe("WithdrawRequest not_a_member");
  });

  test("never sends the answer to a foreign host", async () => {
    const calls: string[] = [];
    const trap = createServer((request, response) => {
      calls.push(String(request.url));
      response.end();
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => trap.once("listening", resolve));
    const address = trap.address();
    const port = typeof address === "object" ? address?.port : 0;
    await changesNothing(() =>
      send({
        response_url: `http://127.0.0.1:${port}/steal`,
        actions: [{ action_id: "x", type: "button", value: "not ours" }],
      }),
    );
    trap.close();

    expect(calls).toEqual([]);
  });

  test("a thousand times the same is one effect", async () => {
    const payload = amara.payloadOf(/withdraw/i, { on: "messages" });
    const door = slackDoor(ground());
    const first = await door.interact(payload);
    await ground().slack.running.settled();
    const after = await countRows(ground());
    const statuses = new Set([first.status]);
    for (let at = 0; at < 10; at += 1) {
      const burst = Array.from({ length: 100 }, () => door.interact(payload));
      for (const { status } of await Promise.all(burst)) statuses.add(status);
    }
    await ground().slack.running.settled();

    expect([...statuses]).toEqual([200]);
    expect(await countRows(ground())).toEqual(after);
  }, 60_000);
});

describe("a file", () => {
  beforeAll(() => openClinic(ground().web, "files"));
  const of = { requirement: LOGGING.requirement };
  const ZIP = Buffer.from("504b0304140000000800", "hex");

  async function bring(name: string, content: string | Uint8Array) {
    const [row] = await ground().database.asOwner(
      "select id from migrations where customer = 'Clinic files'",
    );
    const command = { type: "SaveEvidence", migration: row?.id, ...of };
    const body = { channel: "files", command, values: { slot: "retention_shot" } };
    return bringToWeb(ground(), body, [{ field: "file", file: { name, content } }]);
  }

  test("of no bytes is refused", async () => {
    await changesNothing(async () => {
      expect((await bring("empty.pdf", "")).text).toContain("empty");
    });
  });

  test("of more than 25 MB is refused before it is read", async () => {
    await changesNothing(async () => {
      const answer = await bring("large.pdf", Buffer.alloc(26 * 1024 * 1024)).catch(() => null);
      expect(answer?.status ?? 413).toBe(413);
    });
  });

  test("that claims two gigabytes is refused", async () => {
    const origin = ground().slack.running.url;
    const head = {
      as: "amara",
      eventId: randomUUID(),
      channel: "files",
      command: { type: "AttachFiles" },
      files: [{ field: "files", name: "x.pdf", bytes: 2 ** 31, mimeType: "application/pdf" }],
    };
    await changesNothing(async () => {
      const response = await fetch(`${origin}/chat/api/bring`, {
        method: "POST",
        headers: {
          origin,
          "x-cleargate-chat": "1",
          "content-type": "application/vnd.cleargate.upload",
        },
        body: `${JSON.stringify(head)}\nshort`,
      });
      expect(response.status).toBe(413);
    });
  });

  test.each<[string, string, string | Uint8Array, string]>([
    ["an archive named as a PDF", "../../etc/pass\u202Efdp.pdf", ZIP, "inside it is an archive"],
    ["a program named as a PDF", "agreement.pdf", "MZ\u0090\u0000\u0003", "is a program"],
    ["a script named as a text", "notes.txt", "#!/bin/sh\nrm -rf /\n", "is a program"],
  ])("that is %s is refused kindly, and nothing of it is kept", async (_, name, content, says) => {
    await changesNothing(async () => {
      expect((await bring(name, content)).text).toContain(says);
    });
  });

  test("with a path and a turned name is kept as its hash alone, without its content", async () => {
    const answer = await bring("../../etc/pass\u202Epiz.zip", ZIP);

    expect(answer.status).toBe(200);
    const rows = await ground().database.asOwner("select name, bytes from evidence");
    expect(rows.at(-1)).toEqual({ name: "../../etc/passpiz.zip", bytes: String(ZIP.length) });
  });
});

test("none of it failed inside", () => {
  expect(errorsIn(ground())).toEqual([]);
});
