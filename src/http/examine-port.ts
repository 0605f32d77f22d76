/** What `doctor` in a terminal finds at the port of the server: our own server, another program, or nobody. */
import { createServer } from "node:net";
import type { Finding } from "../app/ports.ts";
import { whyNotListening } from "./server.ts";

const PATIENCE_MS = 2000;

interface Place {
  readonly host: string;
  readonly port: number;
}

export async function examinePort({ host, port }: Place): Promise<Finding> {
  const finding = { check: "port" };
  if (port === 0) return { ...finding, ok: true, says: "The server takes any free port." };
  if (await isOurs({ host, port })) {
    return { ...finding, ok: true, says: `Our own server answers on port ${port}.` };
  }
  const problem = await tryToListen({ host, port });
  if (problem === null) {
    return { ...finding, ok: true, says: `Port ${port} is free; no server runs here.` };
  }
  const [says = problem, ...fix] = problem.split(/(?<=\.) /);
  return { ...finding, ok: false, says, ...(fix.length > 0 ? { fix: fix.join(" ") } : {}) };
}

/** Only our server says that it is alive in these words, with a correlation id. */
async function isOurs({ host, port }: Place): Promise<boolean> {
  const everywhere = host === "0.0.0.0" || host === "::";
  const name = everywhere ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
  try {
    const answer = await fetch(`http://${name}:${port}/healthz`, {
      redirect: "error",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return answer.headers.has("x-correlation-id") && (await answer.text()) === '{"alive":true}';
  } catch {
    return false;
  }
}

function tryToListen({ host, port }: Place): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) => resolve(whyNotListening(error, host, port)));
    server.listen({ host, port }, () => server.close(() => resolve(null)));
  });
}
