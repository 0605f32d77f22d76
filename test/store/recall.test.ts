import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { MigrationId } from "../../src/domain/ids.ts";
import type { MigrationRecord } from "../../src/domain/migrations/record.ts";
import { recall } from "../../src/store/reading/recall.ts";
import { aRecord } from "../support/records.ts";

const newId = () => MigrationId.parse(randomUUID());

function reader() {
  const read: string[] = [];
  const parse = (text: string): MigrationRecord => {
    read.push(text);
    return aRecord([], { customer: text });
  };
  return { read, parse };
}

describe("the record of a text", () => {
  test("is made once while the database says the same", () => {
    const { read, parse } = reader();
    const id = newId();

    expect(recall(id, "one", parse)).toBe(recall(id, "one", parse));
    expect(read).toEqual(["one"]);
  });

  test("is made anew when the database says anything else, and of nobody else's text", () => {
    const { parse } = reader();
    const id = newId();
    recall(id, "one", parse);

    expect(recall(id, "two", parse).customer).toBe("two");
    expect(recall(id, "one", parse).customer).toBe("one");
    expect(recall(newId(), "other", parse).customer).toBe("other");
  });

  test("is forgotten when newer ones need the room", () => {
    const { read, parse } = reader();
    const [first, id] = [newId(), newId()];
    const long = (n: number) => String(n).repeat(1_000_000);
    recall(id, "kept short", parse);
    recall(first, long(1), parse);
    for (const n of [2, 3, 4, 5]) recall(newId(), long(n), parse);
    read.length = 0;

    recall(first, long(1), parse);
    recall(id, "kept short", parse);
    expect(read.map((text) => text.length)).toEqual([1_000_000, 10]);
  });
});
