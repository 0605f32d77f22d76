import { expect, it } from "vitest";
import { createOfferedFiles } from "../../../src/chat/teams/requests/offered-files.ts";

const REPORT = { name: "report.json", mimeType: "application/json", content: "{}" };
const MINUTE = 60_000;

it("a file that was offered is there for the person it was offered to, and for nobody else", () => {
  const files = createOfferedFiles();
  const id = files.keep("acme/amara", REPORT);

  expect(files.find(id, "acme/amara")).toBe(REPORT);
  expect(files.find(id, "acme/diego")).toBeNull();
  expect(files.find(null, "acme/amara")).toBeNull();
  expect(files.find("another", "acme/amara")).toBeNull();
});

it("it is kept for half an hour", () => {
  let now = 0;
  const files = createOfferedFiles(() => now);
  const id = files.keep("acme/amara", REPORT);
  now = 30 * MINUTE - 1;
  expect(files.find(id, "acme/amara")).toBe(REPORT);

  now = 30 * MINUTE;
  expect(files.find(id, "acme/amara")).toBeNull();
});

it("a hundred are kept, and the oldest goes first", () => {
  const files = createOfferedFiles();
  const [first, second] = Array.from({ length: 101 }, () => files.keep("acme/amara", REPORT));

  expect(files.find(first ?? null, "acme/amara")).toBeNull();
  expect(files.find(second ?? null, "acme/amara")).toBe(REPORT);
});
