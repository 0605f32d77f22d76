/** A browser in front of the installation pages: keeps its cookies, and follows the addresses that Slack leads it to. */
export interface Page {
  readonly status: number;
  readonly html: string;
  readonly headers: Headers;
  /** Where its one link leads. */
  readonly href: string;
  readonly title: string;
}

export interface Browser {
  /** The value of each cookie. */
  readonly cookies: Map<string, string>;
  /** The cookies' own words, as they were set last. */
  readonly set: string[];
  open(address: string): Promise<Page>;
}

/** `server` stands for whatever public address the links name, as a proxy in front of it would. */
export function openBrowser(server: string): Browser {
  const cookies = new Map<string, string>();
  const set: string[] = [];
  return {
    cookies,
    set,
    async open(address) {
      const { pathname, search } = new URL(address, server);
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const response = await fetch(`${server}${pathname}${search}`, {
        headers: cookie === "" ? {} : { cookie },
        redirect: "error",
      });
      set.splice(0, set.length, ...response.headers.getSetCookie());
      for (const one of set) keep(cookies, one);
      const html = await response.text();
      const href = /<a href="([^"]+)"/.exec(html)?.[1] ?? "";
      const title = /<h1>([^<]*)<\/h1>/.exec(html)?.[1] ?? "";
      return {
        status: response.status,
        html,
        headers: response.headers,
        href: href.replaceAll("&amp;", "&"),
        title,
      };
    },
  };
}

function keep(cookies: Map<string, string>, set: string): void {
  const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
  if (/Max-Age=0/.test(set)) cookies.delete(name);
  else cookies.set(name, value);
}
