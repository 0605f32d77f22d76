import { expect, test } from "vitest";
import { Instant } from "../../src/domain/ids.ts";
import { channelHome, type HomeInput, homePage, type QueueEntry } from "../../src/messages/home.ts";
import {
  aPerson,
  aRequest,
  aView,
  BAA,
  CAROL,
  DANA,
  gatesOf,
  requirementOf,
  withRequirement,
} from "./builders.ts";
import { commandsOf, linesOf } from "./walk.ts";

const view = withRequirement(aView(), BAA, { openRequest: aRequest(), state: "awaiting_approval" });
const entry: QueueEntry = { view, requirement: requirementOf(view, BAA), request: aRequest() };
const dana = aPerson(DANA);
const empty: HomeInput = {
  person: dana,
  overdue: [],
  waitingForMe: [],
  iWaitOn: [],
  migrations: [],
};

test("an empty home says of every part what would stand there, and how to begin", () => {
  const home = homePage(empty);

  expect(home.headline).toBe(
    "Dana, nothing waits for you. Open a migration below or start a new one.",
  );
  expect(linesOf(home)).toEqual([
    "Overdue",
    "Nothing is overdue.",
    "Waiting for me",
    "Nothing. You hold no signing role yet; an administrator grants roles under “People and roles”.",
    "I wait on",
    "You have asked nobody for a signature.",
    "My migrations",
    "None yet. Type /compliance start in the channel of a customer, or press the button.",
  ]);
  expect(commandsOf(home)[0]?.command.type).toBe("StartMigration");
});

test("the headline counts what waits", () => {
  const home = homePage({
    ...empty,
    overdue: [entry, entry],
    waitingForMe: [entry],
    iWaitOn: [entry],
  });

  expect(home.headline).toBe("Dana: 2 overdue, 1 waiting for you, 1 you wait on.");
});

test("what waits for me leads to the signing screen, what I wait on can be withdrawn", () => {
  const types = (input: Partial<HomeInput>) =>
    commandsOf(homePage({ ...empty, ...input }))[0]?.command;

  expect(types({ waitingForMe: [entry] })).toMatchObject({
    type: "ReviewSignOff",
    requirement: BAA,
  });
  expect(types({ iWaitOn: [entry] })).toMatchObject({
    type: "WithdrawRequest",
    request: aRequest().id,
  });
});

test("what was rejected says why, and leads to mending it", () => {
  const reason = "The screenshot shows another tenant.";
  const rejected = withRequirement(aView(), BAA, { state: "rejected", reason });
  const requirement = requirementOf(rejected, BAA);
  const home = homePage({
    ...empty,
    waitingForMe: [{ view: rejected, requirement, request: null }],
  });

  expect(linesOf(home).join("\n")).toMatch(/Mercy Clinic: .*, rejected: The screenshot shows/);
  expect(commandsOf(home)[0]).toMatchObject({
    label: "Mend the answers",
    command: { type: "AnswerRequirement", requirement: BAA },
  });
});

test("a guest is offered nothing that guests are refused", () => {
  const guest = { ...dana, profile: { ...dana.profile, kind: "guest" as const } };
  const home = homePage({ ...empty, person: guest });

  expect(home.headline).toBe("Dana, nothing waits for you.");
  expect(commandsOf(home).map(({ label }) => label)).toEqual(["People and roles", "Help"]);
  expect(linesOf(home).join()).not.toMatch(/compliance start|press the button/);
});

test("who is on it is said until the claim has run out", () => {
  const wait = (until: string) => {
    const request = aRequest({ claim: { by: CAROL, until: Instant.parse(until) } });
    return linesOf(homePage({ ...empty, iWaitOn: [{ ...entry, request }] })).join();
  };

  expect(wait("2026-03-02T15:20:00Z")).toContain("Carol is on it until");
  expect(wait("2026-03-02T14:20:00Z")).not.toContain("Carol");
});

test("what is overdue says whether its day has passed or its beginning", () => {
  const overdue = (now: string, openedAt = "2026-03-02T12:00:00Z") => {
    const late = aView({ openedAt: Instant.parse(openedAt) }, Instant.parse(now));
    return linesOf(
      homePage({
        ...empty,
        overdue: [{ view: late, requirement: requirementOf(late, BAA), request: null }],
      }),
    )[1];
  };

  expect(overdue("2026-11-20T12:00:00Z")).toContain("should have begun by 2026-11-01");
  expect(overdue("2026-12-01T12:00:00Z")).toContain("should have begun by");
  expect(overdue("2026-11-20T12:00:00Z", "2026-11-10T12:00:00Z")).toContain(
    ", should have started before this migration was opened",
  );
  expect(overdue("2026-12-02T12:00:00Z")).toContain("was due on 2026-12-01");
});

test("a migration stands with its progress, go-live and gates", () => {
  const home = homePage({ ...empty, migrations: [{ view, gates: gatesOf(view) }] });

  expect(linesOf(home)).toContain(
    "Mercy Clinic. Go-live 2026-12-01. Gate 3 is blocked by 2; gate 5 is blocked by 7.",
  );
  expect(home.sections.flatMap(({ progress }) => progress ?? [])).toEqual([
    { done: 0, of: 7, label: "0 of 7 signed" },
  ]);
});

test("a channel answers with my next step and the way to everything", () => {
  const message = channelHome(view, gatesOf(view), aPerson(CAROL, ["compliance_officer"]));

  expect(message.headline).toMatch(/^Mercy Clinic: 7 requirements left\./);
  expect(linesOf(message).join()).toContain("It waits for a signature.");
  expect(commandsOf(message).map(({ label }) => label)).toEqual([
    "Review and sign",
    "Details",
    "Next",
    "Status",
    "Gate 3",
    "Gate 5",
    "People",
    "Report",
    "Help",
  ]);
});

test("a guest is not told to wait for a role that guests never get", () => {
  const guest = { ...dana, profile: { ...dana.profile, kind: "guest" as const } };

  expect(linesOf(homePage({ ...empty, person: guest }))).toContain(
    "Nothing. Guests read along; only full members sign.",
  );
});

test("messages that could not be delivered are told to those who are to know, with the remedy", () => {
  expect(linesOf(homePage(empty))).not.toContain("Not delivered");
  const lines = linesOf(homePage({ ...empty, undelivered: 2 }));

  expect(lines).toContain("Not delivered");
  expect(lines.join(" ")).toContain(
    "2 messages could not be delivered. Whoever runs Cleargate sees why with compliance dead-letters",
  );
});
