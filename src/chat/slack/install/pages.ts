/** The pages of an installation: one begins it, one says how it went. No script; words from outside are encoded. */
import { createHash } from "node:crypto";

export interface Page {
  readonly title: string;
  readonly paragraphs: readonly string[];
  readonly link?: { readonly href: string; readonly label: string };
}

const STYLE = `
:root { color-scheme: light dark; --ink: #14211c; --paper: #f6f8f7; --card: #fff; --deep: #0b3d2e; --on: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e9f0ed; --paper: #101714; --card: #18221e; --deep: #8fd8bb; --on: #0a1712; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem;
  background: var(--paper); color: var(--ink); font: 1.0625rem/1.55 system-ui, sans-serif; }
main { max-width: 34rem; padding: 2rem; background: var(--card); border-radius: 0.75rem;
  border: 1px solid color-mix(in srgb, var(--ink) 18%, transparent); overflow-wrap: anywhere; }
h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.25; }
a { display: inline-block; margin-top: 0.5rem; padding: 0.75rem 1.25rem; border-radius: 0.5rem;
  background: var(--deep); color: var(--on); font-weight: 600; text-decoration: none; }
a:hover { text-decoration: underline; }
a:focus-visible { outline: 3px solid var(--ink); outline-offset: 3px; }
@media (forced-colors: active) { a { border: 2px solid LinkText; } }
`;

const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");

/** What the page may load: its own style, and nothing else. */
export const PAGE_POLICY =
  `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; ` +
  "form-action 'none'; frame-ancestors 'none'";

export function renderPage({ title, paragraphs, link }: Page): string {
  const lines = paragraphs.map((text) => `<p>${encode(text)}</p>`).join("\n");
  const anchor = link ? `\n<a href="${encode(link.href)}">${encode(link.label)}</a>` : "";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${encode(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${encode(title)}</h1>
${lines}${anchor}
</main>
</body>
</html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function encode(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => ENTITIES[letter] ?? "");
}
