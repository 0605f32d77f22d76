/** Reads a request's raw bytes: never more than allowed, never for longer than allowed. */
import type { IncomingMessage } from "node:http";

export interface BodyLimits {
  readonly maxBytes: number;
  readonly withinMs: number;
}

/** True when the request says itself that it is too large. */
export function isAnnouncedTooLarge(request: IncomingMessage, maxBytes: number): boolean {
  return Number(request.headers["content-length"] ?? 0) > maxBytes;
}

/** The whole body, or why not as soon as that is known; the connection stays good for an answer. */
export function readBody(
  request: IncomingMessage,
  { maxBytes, withinMs }: BodyLimits,
): Promise<Buffer | "too_large" | "too_slow"> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    let isOver = false;
    const stop = (outcome: Buffer | "too_large" | "too_slow"): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      request.off("data", take);
      if (typeof outcome === "string") request.pause();
      resolve(outcome);
    };
    const take = (part: Buffer): void => {
      size += part.length;
      if (size > maxBytes) stop("too_large");
      else parts.push(part);
    };
    const timer = setTimeout(() => stop("too_slow"), withinMs);
    request.on("data", take);
    request.once("end", () => stop(Buffer.concat(parts)));
    request.once("close", () => stop("too_slow"));
    request.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}
