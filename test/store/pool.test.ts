import net from "node:net";
import tls from "node:tls";
import pg from "pg";
import { afterAll, describe, expect, test } from "vitest";
import { gatherWrites, openPool } from "../../src/store/pool.ts";
import { createTestStore } from "../support/database.ts";

const { appUrl } = await createTestStore();
const pool = openPool({ url: appUrl, name: "pool-test", max: 1, deadlineMs: 4_000 });
afterAll(() => pool.end());

/** A server that keeps what each packet held, and its port. */
async function listen(heard: (packet: Buffer) => void) {
  const server = net.createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", heard);
    socket.on("end", () => socket.end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return { port: address.port, close: () => server.close() };
}

async function connect(port: number): Promise<net.Socket> {
  const socket = gatherWrites();
  socket.connect(port, "127.0.0.1");
  await new Promise((resolve) => socket.once("connect", resolve));
  return socket;
}

/** How often the system is called to write. */
function countCalls(socket: net.Socket): () => number {
  let calls = 0;
  const { _write, _writev } = socket;
  if (!_writev) throw new Error("the socket cannot write several pieces at once");
  socket._write = (...given) => {
    calls += 1;
    return _write.apply(socket, given);
  };
  socket._writev = (...given) => {
    calls += 1;
    return _writev.apply(socket, given);
  };
  return () => calls;
}

describe("what a connection sends", () => {
  test("in one turn leaves in one piece, in the order it was written", async () => {
    const packets: string[] = [];
    const server = await listen((packet) => packets.push(packet.toString()));
    const socket = await connect(server.port);
    const calls = countCalls(socket);

    for (const word of ["one ", "two ", "three "]) socket.write(word);
    await Promise.resolve();
    socket.write("four ");
    await new Promise<void>((resolve) => socket.write("five", () => resolve()));
    expect(calls()).toBe(1);

    await new Promise<void>((resolve) => socket.write(" six", () => resolve()));
    expect(calls()).toBe(2);
    socket.end(" seven");
    await new Promise((resolve) => socket.once("close", resolve));
    expect(packets.join("")).toBe("one two three four five six seven");
    server.close();
  });

  test("just before its end still arrives", async () => {
    const packets: string[] = [];
    const server = await listen((packet) => packets.push(packet.toString()));
    const socket = await connect(server.port);
    socket.write("last ");
    socket.end("words");
    await new Promise((resolve) => socket.once("close", resolve));
    expect(packets.join("")).toBe("last words");
    server.close();
  });

  test("over TLS begins with the greeting of TLS", async () => {
    let hear: (first: number | undefined) => void = () => undefined;
    const first = new Promise<number | undefined>((resolve) => {
      hear = resolve;
    });
    const server = await listen((packet) => hear(packet[0]));
    const socket = await connect(server.port);
    const secure = tls.connect({ socket, host: "127.0.0.1" });
    secure.on("error", () => undefined);
    expect(await first).toBe(22);
    secure.destroy();
    server.close();
  });
});

describe("statements sent together", () => {
  test("leave in one piece", async () => {
    const socket = gatherWrites();
    const stream = () => socket;
    const client = new pg.Client({ connectionString: appUrl, stream, pipeline: true });
    await client.connect();
    const calls = countCalls(socket);
    await Promise.all([1, 2, 3].map((it) => client.query("select $1::int as it", [it])));
    expect(calls()).toBe(1);
    await client.end();
  });

  test("are answered in their order, each with its own rows", async () => {
    const numbers = Array.from({ length: 60 }, (_, at) => at);
    const client = await pool.connect();
    try {
      await client.query("create temporary sequence arrival");
      const answers = await Promise.all(
        numbers.map((at) =>
          at % 3 === 0
            ? client.query(`select ${at} as at, nextval('arrival')::int as came`)
            : client.query("select $1::int as at, nextval('arrival')::int as came", [at]),
        ),
      );
      expect(answers.map(({ rows }) => rows[0])).toEqual(
        numbers.map((at) => ({ at, came: at + 1 })),
      );
    } finally {
      client.release();
    }
  });

  test("survive one of them that fails", async () => {
    const client = await pool.connect();
    try {
      const settled = await Promise.allSettled([
        client.query("select 1 as it"),
        client.query("select $1::int / 0 as it", [1]),
        client.query("select 3 as it"),
      ]);
      expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    } finally {
      client.release();
    }
  });
});
