/** What `doctor` finds, and where a fault test may end the process. */

export interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly says: string;
  /** What to do when it is not. */
  readonly fix?: string;
}

export type CrashPoint =
  | "before_commit"
  | "after_commit_before_reply"
  | "after_claim_before_post"
  | "after_post_before_settle"
  | "after_seal_before_checkpoint";
