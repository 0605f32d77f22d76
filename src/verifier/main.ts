#!/usr/bin/env node
/** `cleargate-verify`: checks an exported ledger with nothing but the file and a public key. */
import { runCheck } from "./run.ts";

// A reader such as `head` may leave early; that is no failure of ours.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") process.exitCode = 1;
  });

process.exitCode = runCheck(process.argv.slice(2), {
  write: (text) => process.stdout.write(text),
  complain: (text) => process.stderr.write(text),
  showsProgress: process.stderr.isTTY === true,
});
