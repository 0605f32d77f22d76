/** Stands between the product and PostgreSQL, and cuts the line at the worst moment. */
import { once } from "node:events";
import net from "node:net";

export interface Wire {
  /** The database's address through this proxy. */
  readonly url: string;
  /** How many answers to a commit were swallowed. */
  readonly swallowed: number;
  /** The next so many commits of clicks reach the database, and their answers nobody. */
  swallowCommits(count: number): void;
  /** Ends every connection. */
  cut(): void;
  close(): Promise<void>;
}

/** The end of a simple query (PostgreSQL's protocol, message Query) that commits. */
const COMMIT = "commit\0";
/** The command tag in the answer to it. */
const COMMITTED = Buffer.from("COMMIT\0", "latin1");

/** What begins the transaction of a click, and as many bytes that only say whose rows it sees. */
const BEGIN = "begin; set local ";
const NO_BEGIN = "set session".padEnd(BEGIN.length);

export interface WireOptions {
  /** Each statement is a transaction of its own, as if nobody had ever put them together. */
  readonly withoutTransactions?: boolean;
}

export async function openProxy(databaseUrl: string, options: WireOptions = {}): Promise<Wire> {
  const target = new URL(databaseUrl);
  const pairs = new Set<readonly [net.Socket, net.Socket]>();
  const passedOn = (bytes: Buffer): Buffer =>
    options.withoutTransactions
      ? Buffer.from(bytes.toString("latin1").replaceAll(BEGIN, NO_BEGIN), "latin1")
      : bytes;
  let toSwallow = 0;
  let swallowed = 0;

  const server = net.createServer((near) => {
    const far = net.connect(Number(target.port), target.hostname);
    const pair = [near, far] as const;
    pairs.add(pair);
    let isDoomed = false;
    // Of a click, not of a loop that delivers or seals, and not a mere look.
    let isClick = false;
    let mayWrite = false;
    const end = () => {
      near.destroy();
      far.destroy();
      pairs.delete(pair);
    };
    near.on("data", (bytes) => {
      const text = bytes.toString("latin1");
      if (text.includes("application_name\0cleargate\0")) isClick = true;
      if (text.includes("begin")) mayWrite = !text.includes("read only");
      if (toSwallow > 0 && !isDoomed && isClick && mayWrite && text.includes(COMMIT)) {
        toSwallow -= 1;
        isDoomed = true;
      }
      far.write(passedOn(bytes));
    });
    far.on("data", (bytes) => {
      if (!isDoomed) {
        near.write(bytes);
        return;
      }
      if (!bytes.includes(COMMITTED)) return;
      // The database has answered: the commit is there. The asker never hears it.
      swallowed += 1;
      end();
    });
    for (const socket of pair) {
      socket.on("error", end);
      socket.on("close", end);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const url = new URL(databaseUrl);
  url.port = String(typeof address === "object" && address ? address.port : 0);
  return {
    url: url.href,
    get swallowed() {
      return swallowed;
    },
    swallowCommits: (count) => {
      toSwallow = count;
    },
    cut: () => {
      for (const [near, far] of pairs) {
        near.destroy();
        far.destroy();
      }
    },
    close: async () => {
      for (const [near, far] of pairs) {
        near.destroy();
        far.destroy();
      }
      server.close();
      await once(server, "close");
    },
  };
}
