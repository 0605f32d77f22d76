/** Reads a file once: its hash and size are kept, its beginning and its text are looked at, the file itself is let go. */
import { createFileDigest } from "../../domain/audit/file-digest.ts";
import { HEAD_BYTES, refuseKind } from "../../domain/evidence/file-kind.ts";
import type { FileFacts } from "../../domain/migrations/record.ts";
import type { Refusal } from "../../domain/refusal.ts";
import { createScanner, findSensitiveText } from "../../domain/sensitive-text/scan.ts";
import type { Upload } from "../../messages/form.ts";

const MEGABYTE = 1024 * 1024;
export const LARGEST_FILE_MEGABYTES = 25;

/** What is kept of an uploaded file, or why it is refused. Stops reading at the size limit. */
export async function examineFile(upload: Upload): Promise<FileFacts | Refusal> {
  const inName = findSensitiveText(upload.name);
  if (inName) return { refused: "sensitive_text", kind: inName, where: "the file name" };
  const tooLarge: Refusal = { refused: "file_too_large", megabytes: LARGEST_FILE_MEGABYTES };
  const limit = LARGEST_FILE_MEGABYTES * MEGABYTE;
  if (upload.bytes !== null && upload.bytes > limit) return tooLarge;
  const digest = createFileDigest();
  const scanner = createScanner();
  const head = new Uint8Array(HEAD_BYTES);
  let bytes = 0;
  try {
    for await (const chunk of upload.read()) {
      if (bytes < HEAD_BYTES) head.set(chunk.subarray(0, HEAD_BYTES - bytes), bytes);
      bytes += chunk.byteLength;
      if (bytes > limit) return tooLarge;
      digest.push(chunk);
      scanner.push(chunk);
    }
  } catch {
    // The platform broke off or refused; what was read so far proves nothing.
    return { refused: "file_unreadable", name: upload.name };
  }
  if (bytes === 0) return { refused: "file_empty", name: upload.name };
  const kind = refuseKind(upload.name, head.subarray(0, bytes));
  if (kind) return kind;
  const found = scanner.found();
  if (found) return { refused: "sensitive_text", kind: found, where: upload.name };
  return { name: upload.name, sha256: digest.sha256(), bytes, link: upload.link };
}
