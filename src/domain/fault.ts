/** What is thrown: a broken invariant of ours, or the world failing. Nothing a person can mend. */

export class Bug extends Error {
  override readonly name = "Bug";
}

export class Unavailable extends Error {
  override readonly name = "Unavailable";
  readonly retryAfterSeconds: number;

  constructor(message: string, options: { cause?: unknown; retryAfterSeconds?: number } = {}) {
    super(message, { cause: options.cause });
    this.retryAfterSeconds = options.retryAfterSeconds ?? 5;
  }
}

/** Throws a `Bug` with the sentence when the condition does not hold. */
export function assert(condition: unknown, sentence: string): asserts condition {
  if (!condition) throw new Bug(sentence);
}
