import { createHash, randomUUID } from "node:crypto";
import { afterAll, describe, expect, it } from "vitest";
import { MAX_UPLOAD_BYTES, receiveParcel, UPLOAD_TYPE } from "../../../src/chat/web/uploads.ts";
import { createTestStore } from "../../support/database.ts";
import { fc } from "../../support/properties.ts";
import { play } from "./play.ts";
import { ask, openStage } from "./stage.ts";

const { store, appUrl } = await createTestStore();
const ids = await store.organisationOf({ surface: "web", workspaceRef: "local" });
const stage = await openStage({ appUrl, ...ids, converse: play });
afterAll(() => stage.close());

interface TestFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly field?: string;
}

function parcelOf(files: readonly TestFile[], head: object = {}): Buffer {
  const declared = files.map(({ name, bytes, field = "files" }) => ({
    field,
    name,
    mimeType: "text/plain",
    bytes: bytes.length,
  }));
  const line = `${JSON.stringify({ ...head, files: declared })}\n`;
  return Buffer.concat([Buffer.from(line), ...files.map(({ bytes }) => bytes)]);
}

/** The parcel in pieces of these sizes, over and over. */
async function* inPieces(parcel: Buffer, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, turn = 0; at < parcel.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield parcel.subarray(at, at + size);
    at += size;
  }
}

async function contentOf(upload: { read(): AsyncIterable<Uint8Array> } | undefined) {
  const chunks: Uint8Array[] = [];
  for await (const chunk of upload?.read() ?? []) chunks.push(chunk);
  return Buffer.concat(chunks).toString("latin1");
}

const file = (name: string, text: string, field = "files"): TestFile => ({
  name,
  field,
  bytes: Buffer.from(text, "latin1"),
});

describe("a parcel of files", () => {
  const three = [file("a.txt", "first"), file("b.txt", ""), file("c.txt", "the third\n")];
  const receive = async (sizes: readonly number[] = [4]) =>
    (await receiveParcel(inPieces(parcelOf(three), sizes))).uploads.files ?? [];

  it("gives each file its own bytes, however the network cut them and in whatever order they are read", async () => {
    const texts = fc.array(
      fc.string({ unit: "binary" }).map((text) => Buffer.from(text)),
      {
        minLength: 1,
        maxLength: 4,
      },
    );
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(
        texts,
        sizes,
        fc.infiniteStream(fc.nat()),
        async (contents, cuts, random) => {
          const sent = contents.map((bytes, at) => ({ name: `${at}.bin`, bytes }));
          const { uploads } = await receiveParcel(inPieces(parcelOf(sent), cuts));
          const order = sent
            .map((_, at) => ({ at, rank: random.next().value }))
            .sort((left, right) => left.rank - right.rank);
          for (const { at } of order) {
            expect(await contentOf(uploads.files?.[at])).toBe(contents[at]?.toString("latin1"));
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it("can be read all at once", async () => {
    const uploads = await receive();

    expect(await Promise.all(uploads.map(contentOf))).toEqual(["first", "", "the third\n"]);
  });

  it("lets a reader stop in the middle of a file without harm to the next", async () => {
    const [first, , third] = await receive([2]);
    for await (const _ of first?.read() ?? []) break;

    expect(await contentOf(third)).toBe("the third\n");
  });

  it("gives a file once", async () => {
    const [first] = await receive();
    await contentOf(first);

    await expect(contentOf(first)).rejects.toThrow("read once");
  });

  it("that ends too early says so", async () => {
    const parcel = parcelOf(three);
    const { uploads } = await receiveParcel(inPieces(parcel.subarray(0, -3), [7]));

    await expect(contentOf(uploads.files?.[2])).rejects.toThrow("ended in the middle");
  });

  it("keeps fields apart", async () => {
    const sent = [file("a", "1", "letter"), file("b", "2", "proof"), file("c", "3", "letter")];
    const { uploads } = await receiveParcel(inPieces(parcelOf(sent), [9]));

    expect(uploads.letter?.map(({ name }) => name)).toEqual(["a", "c"]);
    expect(await contentOf(uploads.letter?.[1])).toBe("3");
    expect(await contentOf(uploads.proof?.[0])).toBe("2");
  });
});

describe("files over HTTP", () => {
  const head = () => ({
    as: "amara",
    channel: "general",
    eventId: randomUUID(),
    command: { type: "AttachFiles" },
  });
  const bring = (body: unknown, headers = {}) =>
    ask(stage.origin, {
      path: "/chat/api/bring",
      headers: { "content-type": UPLOAD_TYPE, ...headers },
      body,
    });

  it("reach the application as they are, with no link and no trace", async () => {
    const bytes = Buffer.alloc(3 * 1024 * 1024, "evidence ");
    const values = { slot: "hipaa_baa_signed.agreement" };
    const answer = await bring(parcelOf([{ name: "résumé 1.pdf", bytes }], { ...head(), values }));

    const hash = createHash("sha256").update(bytes).digest("hex");
    expect(answer.json.message.content.message.sections[0].lines).toEqual([
      `résumé 1.pdf, ${bytes.length} bytes, ${hash}`,
    ]);
    expect(stage.inbounds.at(-1)?.values.files).toMatchObject([
      { link: null, mimeType: "text/plain" },
    ]);
  });

  it("that nobody reads do not hold up the answer", async () => {
    const bytes = Buffer.alloc(2 * 1024 * 1024);
    const answer = await bring(parcelOf([{ name: "a.bin", bytes }], head()));

    expect(answer.json).toMatchObject({ kind: "form", form: { title: "Where do they belong?" } });
  });

  it.each<[string, () => unknown, object, number]>([
    [
      "of a wrong type",
      () => parcelOf([file("a", "x")], head()),
      { "content-type": "text/plain" },
      415,
    ],
    ["without a line about them", () => "no json\nx", {}, 400],
    ["without an end of that line", () => "{}", {}, 400],
    ["with an endless line", () => "x".repeat(600 * 1024), {}, 413],
    ["of which there is none", () => parcelOf([], head()), {}, 400],
    ["of which there are 21", () => parcelOf(Array(21).fill(file("a", "x")), head()), {}, 400],
    ["without a name", () => parcelOf([file("", "x")], head()), {}, 400],
    ["with a NUL in the name", () => parcelOf([file("a\0b", "x")], head()), {}, 400],
    ["for the prototype", () => parcelOf([file("a", "x", "__proto__")], head()), {}, 400],
    ["without a person", () => parcelOf([file("a", "x")], { ...head(), as: "" }), {}, 404],
    [
      "without the page's header",
      () => parcelOf([file("a", "x")], head()),
      { "x-cleargate-chat": undefined },
      403,
    ],
    [
      "with a negative size",
      () => `${JSON.stringify({ ...head(), files: [{ field: "f", name: "a", bytes: -1 }] })}\n`,
      {},
      400,
    ],
    [
      "that claim 2 GB",
      () =>
        `${JSON.stringify({ ...head(), files: [{ field: "f", name: "a", bytes: 2 ** 31 }] })}\n`,
      {},
      413,
    ],
  ])("%s are refused", async (_name, body, headers, status) => {
    const answer = await bring(body(), headers);

    expect(answer.status).toBe(status);
    expect(answer.json.error).toMatch(/\w.*[.]$/);
  });

  it("of 25 MB together are taken, of more refused before they are read", async () => {
    const values = { slot: "x.y" };
    const most = parcelOf([{ name: "a", bytes: Buffer.alloc(MAX_UPLOAD_BYTES) }], {
      ...head(),
      values,
    });
    expect((await bring(most)).status).toBe(200);

    const more = parcelOf([{ name: "a", bytes: Buffer.alloc(MAX_UPLOAD_BYTES + 1) }], head());
    const answer = await bring(more);
    expect(answer.status).toBe(413);
    expect(answer.json.error).toMatch(/25 MB/);
  });
});
