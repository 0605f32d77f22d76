import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { MigrationId } from "../../src/domain/ids.ts";
import { forget, forgetAll, type Kept, recall, remember } from "../../src/store/reading/recall.ts";
import { aRecord } from "../support/records.ts";

const newId = () => MigrationId.parse(randomUUID());

const aKept = (stamp: string, length = 1): Kept => ({ stamp, record: aRecord([]), length });

beforeEach(forgetAll);

describe("a record that was made", () => {
  test("is remembered with its stamp until another one takes its place", () => {
    const [id, other] = [newId(), newId()];
    const [first, second] = [aKept("a"), aKept("b")];
    remember(id, first);

    expect(recall(id)).toBe(first);
    expect(recall(other)).toBeNull();
    remember(id, second);
    expect(recall(id)).toBe(second);
  });

  test("is forgotten alone, or with all others", () => {
    const [id, other] = [newId(), newId()];
    remember(id, aKept("a"));
    remember(other, aKept("b"));

    forget(id);
    expect([recall(id), recall(other)?.stamp]).toEqual([null, "b"]);
    forgetAll();
    expect(recall(other)).toBeNull();
  });

  test("is forgotten when newer ones need the room, unless somebody asked for it since", () => {
    const [used, unused] = [newId(), newId()];
    remember(used, aKept("used", 5_000_000));
    remember(unused, aKept("unused", 5_000_000));
    recall(used);
    remember(newId(), aKept("third", 5_000_000));

    expect(recall(unused)).toBeNull();
    expect(recall(used)?.stamp).toBe("used");
  });
});
