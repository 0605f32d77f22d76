/** A line between people and the product that can swallow what is answered, as in a train that enters a tunnel. */
import { once } from "node:events";
import net from "node:net";

export interface Line {
  /** The product's address through this line. */
  readonly origin: string;
  /** From now on no answer arrives; what people say still does. */
  enterTunnel(): void;
  leaveTunnel(): void;
  close(): Promise<void>;
}

export async function openLine(port: number): Promise<Line> {
  let isInTunnel = false;
  const sockets = new Set<net.Socket>();
  const own = (): string => {
    const address = server.address();
    return `127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
  };
  const server = net.createServer((near) => {
    const far = net.connect(port, "127.0.0.1");
    const end = () => {
      near.destroy();
      far.destroy();
    };
    // The web chat is reached under its own address only.
    near.on("data", (bytes) =>
      far.write(bytes.toString("latin1").replaceAll(own(), `127.0.0.1:${port}`), "latin1"),
    );
    far.on("data", (bytes) => {
      if (!isInTunnel) near.write(bytes);
    });
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", end);
      socket.on("close", end);
      socket.on("close", () => sockets.delete(socket));
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: `http://${own()}`,
    enterTunnel: () => {
      isInTunnel = true;
    },
    leaveTunnel: () => {
      isInTunnel = false;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
