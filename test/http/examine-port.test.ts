import { once } from "node:events";
import { createServer as createPlainServer } from "node:http";
import { afterEach, expect, it } from "vitest";
import { examinePort } from "../../src/http/examine-port.ts";
import { createServer } from "../../src/http/server.ts";
import { createLog } from "../../src/log.ts";

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const host = "127.0.0.1";

/** Another program that answers everything with this body. */
async function stranger(body: string): Promise<number> {
  const server = createPlainServer((_request, response) => response.end(body));
  server.listen(0, host);
  await once(server, "listening");
  ends.push(async () => server.close());
  const address = server.address();
  return typeof address === "object" && address ? address.port : 0;
}

it("our own server answers", async () => {
  const log = createLog("error", { write: () => undefined });
  const server = createServer({ host, port: 0, routers: [], checks: [], log, newId: () => "id-1" });
  ends.push(() => server.close());
  const listening = await server.listen();
  const port = "port" in listening ? listening.port : 0;

  for (const place of [
    { host, port },
    { host: "0.0.0.0", port },
  ])
    expect(await examinePort(place)).toEqual({
      check: "port",
      ok: true,
      says: `Our own server answers on port ${port}.`,
    });
});

it.each(["hello", '{"alive":true}'])("another program that says %j is in the way", async (body) => {
  const port = await stranger(body);

  expect(await examinePort({ host, port })).toEqual({
    check: "port",
    ok: false,
    says: `Port ${port} on ${host} is used by another program.`,
    fix: "Stop that program, or set PORT to another number.",
  });
});

it("a port that nobody has is free, and stays so", async () => {
  const port = await stranger("");
  for (const end of ends.splice(0)) await end();

  for (const _ of [1, 2])
    expect(await examinePort({ host, port })).toMatchObject({
      ok: true,
      says: `Port ${port} is free; no server runs here.`,
    });
});

it("an address that the machine does not have is said with what to do", async () => {
  expect(await examinePort({ host: "192.0.2.1", port: 3000 })).toMatchObject({
    ok: false,
    says: "This machine has no address 192.0.2.1.",
    fix: expect.stringContaining("Set HOST"),
  });
});

it("any port is well", async () => {
  expect(await examinePort({ host, port: 0 })).toMatchObject({ ok: true });
});
