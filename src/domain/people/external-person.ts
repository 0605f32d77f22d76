/** A person outside our organisation, as four typed lines. */
import { isEmail, readLine } from "./typed-text.ts";

export const EXTERNAL_FIELDS = ["name", "title", "organisation", "email"] as const;
type Field = (typeof EXTERNAL_FIELDS)[number];
export type ExternalLines = Readonly<Record<Field, string>>;

const EMPTY: Readonly<Record<Field, string>> = {
  name: "Write the person's full name.",
  title: "Write the person's title, such as Privacy Officer.",
  organisation: "Write the person's organisation.",
  email: "Write the person's e-mail address.",
};

/** The four lines as they are stored, or a sentence for each that cannot be. */
export function readExternal(typed: ExternalLines): {
  readonly person: ExternalLines;
  readonly problems: Readonly<Partial<Record<Field, string>>>;
} {
  const problems: Partial<Record<Field, string>> = {};
  const lines = { name: "", title: "", organisation: "", email: "" };
  for (const field of EXTERNAL_FIELDS) {
    const read = readLine(typed[field]);
    lines[field] = read.text ?? "";
    const sentence = read.problem ?? (read.text === "" ? EMPTY[field] : null);
    if (sentence !== null) problems[field] = sentence;
  }
  if (problems.email === undefined && !isEmail(lines.email)) {
    problems.email = "This is not an e-mail address, such as jo@example.org.";
  }
  return { person: lines, problems };
}
