/** The program: configuration in, a running service out, an orderly end on a signal. */
import { CannotStart } from "./build.ts";
import { readConfig } from "./config.ts";
import { createLog } from "./log.ts";
import { type Running, serve } from "./serve.ts";

function explain(problems: readonly string[]): void {
  for (const problem of problems) process.stderr.write(`${problem}\n`);
}

function announce({ url, chatUrl }: Running): void {
  process.stdout.write(`\nCleargate is ready at ${url}\n`);
  if (chatUrl) process.stdout.write(`Open the web chat: ${chatUrl}\n`);
  process.stdout.write("Press Ctrl-C to stop.\n\n");
}

async function main(): Promise<void> {
  const config = readConfig();
  if ("problems" in config) {
    explain(config.problems);
    process.exitCode = 1;
    return;
  }
  const log = createLog(config.logLevel);
  const running = await serve(config, log);
  announce(running);
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) return;
    stopping = true;
    log.info("stopping", { signal });
    running.stop().then(
      () => process.exit(0),
      (error) => {
        log.error("stop_failed", { error });
        process.exit(1);
      },
    );
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
}

main().catch((error: unknown) => {
  if (error instanceof CannotStart) explain(error.problems);
  else createLog("error").error("start_failed", { error });
  process.exitCode = 1;
});
