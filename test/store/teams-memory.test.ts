/** Where Cleargate may speak in Teams, on a real database: learned, moved, forgotten, and nobody else's. */
import { randomUUID } from "node:crypto";
import { afterAll, expect, test } from "vitest";
import type { TeamsAccount, TeamsConversation } from "../../src/chat/teams/ports.ts";
import { WorkspaceId } from "../../src/domain/ids.ts";
import { openTeamsMemory } from "../../src/store/teams/memory.ts";
import { createTestStore } from "../support/database.ts";

const { store, appUrl } = await createTestStore();
let now = new Date("2026-03-02T09:00:00Z");
const memory = openTeamsMemory({ appUrl, clock: () => now, deadlineMs: 15_000 });
afterAll(() => memory.close());

async function aWorkspace(tenant: string = randomUUID()): Promise<WorkspaceId> {
  return (await store.organisationOf({ surface: "teams", workspaceRef: tenant })).workspaceId;
}

const CHAT: TeamsConversation = {
  conversationId: "a:amara",
  kind: "personal",
  serviceUrl: "https://smba.trafficmanager.net/amer/",
  userId: "amara",
};
const AMARA: TeamsAccount = {
  userId: "amara",
  accountId: "29:amara",
  name: "Amara Okafor",
  conversationId: "a:amara",
  serviceUrl: CHAT.serviceUrl,
  timeZone: "America/Chicago",
};

test("a conversation is known by its id, and a personal chat by its person", async () => {
  const workspace = await aWorkspace();
  await memory.noteConversation(workspace, CHAT);

  expect(await memory.conversation(workspace, "a:amara")).toEqual(CHAT);
  expect(await memory.personal(workspace, "amara")).toEqual(CHAT);
  expect(await memory.personal(workspace, "diego")).toBeNull();
});

test("the newest address of a conversation counts", async () => {
  const workspace = await aWorkspace();
  await memory.noteConversation(workspace, CHAT);
  const moved = { ...CHAT, serviceUrl: "https://smba.trafficmanager.net/emea/" };

  await memory.noteConversation(workspace, moved);

  expect(await memory.personal(workspace, "amara")).toEqual(moved);
});

test("a conversation that Cleargate was taken out of is forgotten", async () => {
  const workspace = await aWorkspace();
  await memory.noteConversation(workspace, CHAT);

  await memory.forget(workspace, "a:amara");

  expect(await memory.conversation(workspace, "a:amara")).toBeNull();
});

test("a person's time zone stays when a later request does not tell it", async () => {
  const workspace = await aWorkspace();
  await memory.noteAccount(workspace, AMARA, "personal");

  await memory.noteAccount(workspace, { ...AMARA, name: "Amara O.", timeZone: null }, "personal");

  expect(await memory.account(workspace, "amara")).toEqual({ ...AMARA, name: "Amara O." });
});

test("the last conversation with others stays while the person writes in their own chat", async () => {
  const workspace = await aWorkspace();
  const team = { ...AMARA, conversationId: "19:team@thread.tacv2" };
  await memory.noteAccount(workspace, team, "channel");

  await memory.noteAccount(workspace, AMARA, "personal");

  expect(await memory.account(workspace, "amara")).toEqual(team);
});

test("people are listed newest first, as many as asked for", async () => {
  const workspace = await aWorkspace();
  for (const [minute, userId] of ["amara", "diego", "priya"].entries()) {
    now = new Date(Date.UTC(2026, 2, 2, 9, minute));
    await memory.noteAccount(workspace, { ...AMARA, userId }, "personal");
  }

  const listed = await memory.accounts(workspace, 2);

  expect(listed.map(({ userId }) => userId)).toEqual(["priya", "diego"]);
});

test("the tenant of a workspace is known, and one of another platform or of nobody has none to remember", async () => {
  const nobody = WorkspaceId.parse(randomUUID());

  expect(await memory.tenantOf(await aWorkspace("tenant-1"))).toBe("tenant-1");
  expect(await memory.tenantOf(nobody)).toBeNull();
  await memory.noteConversation(nobody, CHAT);
  expect(await memory.conversation(nobody, "a:amara")).toBeNull();
});

test("one organization never sees what another has", async () => {
  const [ours, theirs] = [await aWorkspace(), await aWorkspace()];
  await memory.noteConversation(theirs, CHAT);
  await memory.noteAccount(theirs, AMARA, "personal");

  expect(await memory.conversation(ours, "a:amara")).toBeNull();
  expect(await memory.personal(ours, "amara")).toBeNull();
  expect(await memory.account(ours, "amara")).toBeNull();
  expect(await memory.accounts(ours, 10)).toEqual([]);
});
