/** Socket Mode's side of Slack: a small WebSocket server (RFC 6455) that sends envelopes and waits for their acks. */
import { createHash, randomUUID } from "node:crypto";
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { asObject, type Json } from "./checks/parts.ts";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const TEXT = 0x1;
const CLOSE = 0x8;
const PING = 0x9;
const PONG = 0xa;

export interface SocketServer {
  isConnected(): boolean;
  /** Sends one envelope and answers with the payload of its ack; null when none came in time. */
  send(type: "events_api" | "interactive" | "slash_commands", payload: Json): Promise<Json | null>;
  close(): void;
}

/** Takes WebSocket upgrades on `/socket`. */
export function openSocketServer(server: Server): SocketServer {
  const sockets = new Set<Duplex>();
  const waiting = new Map<string, (payload: Json) => void>();
  server.on("upgrade", (request: IncomingMessage, socket: Duplex) => {
    acceptUpgrade(request, socket);
    sockets.add(socket);
    socket.on("error", () => sockets.delete(socket));
    socket.on("close", () => sockets.delete(socket));
    readFrames(socket, (opcode, body) => {
      if (opcode === PING) return void socket.write(frame(PONG, body));
      if (opcode === CLOSE) return void socket.end(frame(CLOSE, body));
      if (opcode !== TEXT) return;
      const message = asObject(JSON.parse(body.toString("utf8"))) ?? {};
      waiting.get(String(message.envelope_id))?.(asObject(message.payload) ?? {});
    });
    socket.write(frame(TEXT, JSON.stringify({ type: "hello", num_connections: 1 })));
  });
  return {
    isConnected: () => sockets.size > 0,
    send(type, payload) {
      const socket = [...sockets].at(-1);
      if (!socket) throw new Error("no app is connected through Socket Mode");
      return sendEnvelope(socket, waiting, { type, payload });
    },
    close() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

const ACK_MS = 10_000;

function sendEnvelope(
  socket: Duplex,
  waiting: Map<string, (payload: Json) => void>,
  { type, payload }: { type: string; payload: Json },
): Promise<Json | null> {
  const id = randomUUID();
  return new Promise((resolve) => {
    const timer = setTimeout(() => finish(null), ACK_MS);
    const finish = (answer: Json | null): void => {
      clearTimeout(timer);
      waiting.delete(id);
      resolve(answer);
    };
    waiting.set(id, finish);
    const envelope = { envelope_id: id, type, accepts_response_payload: true, payload };
    socket.write(frame(TEXT, JSON.stringify(envelope)));
  });
}

function acceptUpgrade(request: IncomingMessage, socket: Duplex): void {
  const key = request.headers["sec-websocket-key"] ?? "";
  const accept = createHash("sha1").update(`${key}${GUID}`).digest("base64");
  socket.write(
    [
      "HTTP/1.1 101 Switching Protocols",
      "Upgrade: websocket",
      "Connection: Upgrade",
      `Sec-WebSocket-Accept: ${accept}`,
      "",
      "",
    ].join("\r\n"),
  );
}

function frame(opcode: number, body: string | Buffer): Buffer {
  const data = Buffer.from(body);
  const head = [0x80 | opcode];
  if (data.length < 126) head.push(data.length);
  else if (data.length < 65_536) head.push(126, data.length >> 8, data.length & 0xff);
  else {
    const size = Buffer.alloc(8);
    size.writeBigUInt64BE(BigInt(data.length));
    head.push(127, ...size);
  }
  return Buffer.concat([Buffer.from(head), data]);
}

function readFrames(socket: Duplex, take: (opcode: number, body: Buffer) => void): void {
  let pending = Buffer.alloc(0);
  let whole = Buffer.alloc(0);
  let kind = TEXT;
  socket.on("data", (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    for (let next = parseFrame(pending); next; next = parseFrame(pending)) {
      pending = pending.subarray(next.size);
      if (next.opcode >= CLOSE) {
        take(next.opcode, next.body);
        continue;
      }
      if (next.opcode !== 0) kind = next.opcode;
      whole = Buffer.concat([whole, next.body]);
      if (!next.isLast) continue;
      const body = whole;
      whole = Buffer.alloc(0);
      take(kind, body);
    }
  });
}

interface Frame {
  readonly opcode: number;
  readonly isLast: boolean;
  readonly body: Buffer;
  readonly size: number;
}

/** The first whole frame of what has arrived, unmasked; null while it is incomplete. */
function parseFrame(bytes: Buffer): Frame | null {
  if (bytes.length < 2) return null;
  const first = bytes.readUInt8(0);
  const second = bytes.readUInt8(1);
  const short = second & 0x7f;
  const extra = short === 126 ? 2 : short === 127 ? 8 : 0;
  if (bytes.length < 2 + extra) return null;
  const length = readLength(bytes, short);
  const maskAt = 2 + extra;
  const bodyAt = maskAt + (second & 0x80 ? 4 : 0);
  if (bytes.length < bodyAt + length) return null;
  const mask = bytes.subarray(maskAt, bodyAt);
  const body = unmask(bytes.subarray(bodyAt, bodyAt + length), mask);
  return { opcode: first & 0x0f, isLast: (first & 0x80) !== 0, body, size: bodyAt + length };
}

function readLength(bytes: Buffer, short: number): number {
  if (short === 126) return bytes.readUInt16BE(2);
  return short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
}

function unmask(masked: Buffer, mask: Buffer): Buffer {
  if (mask.length === 0) return Buffer.from(masked);
  return Buffer.from(masked.map((byte, index) => byte ^ mask.readUInt8(index % 4)));
}
