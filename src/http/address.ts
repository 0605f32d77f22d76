/** Where a request comes from: the connection, or what our own proxies say, and no header that anybody could write. */
import type { IncomingMessage } from "node:http";
import { BlockList, isIP, isIPv4 } from "node:net";

/**
 * The address of the client. Each of our proxies adds the address that it sees at the end of `X-Forwarded-For`, so
 * with n of them the n-th from the right is the client; whatever stands left of it was written by the client.
 */
export function addressOf(request: IncomingMessage, proxyHops: number): string {
  const peer = plainAddress(request.socket.remoteAddress ?? "");
  if (proxyHops === 0) return peer;
  const forwarded = [request.headers["x-forwarded-for"] ?? ""]
    .flat()
    .join(",")
    .split(",")
    .map((part) => part.trim());
  const said = plainAddress(forwarded.at(-proxyHops) ?? "");
  return isIP(said) === 0 ? peer : said;
}

/** An IPv4 address that arrived over an IPv6 socket is written as what it is. */
function plainAddress(address: string): string {
  return address.toLowerCase().startsWith("::ffff:") && isIPv4(address.slice(7))
    ? address.slice(7)
    : address;
}

/** True for an address in one of the networks, such as `203.0.113.0/24`; without networks for every address. */
export function createAllowList(networks: readonly string[]): (address: string) => boolean {
  if (networks.length === 0) return () => true;
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", bits] = network.split("/");
    const family = isIPv4(address) ? "ipv4" : "ipv6";
    list.addSubnet(address, Number(bits ?? (family === "ipv4" ? 32 : 128)), family);
  }
  return (address) => isIP(address) !== 0 && list.check(address, isIPv4(address) ? "ipv4" : "ipv6");
}
