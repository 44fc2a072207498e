import { isIPv4 } from "node:net";
import { hostname as machineName } from "node:os";
import { readList } from "./read-list.ts";

/** Whether requests may be addressed to a host, given as {@link hostnameOf} writes it. */
export type HostPolicy = (hostname: string) => boolean;

/**
 * The host in a `Host` header or an authority, as the platform's URL parser writes it (lower case, punycode, IPv4 in
 * four decimals, IPv6 in brackets), without its port and without the dot of a rooted name.
 *
 * @returns undefined for text that is not a host, with or without a port
 */
export function hostnameOf(host: string): string | undefined {
  if (/[\s/?#@\\]/.test(host)) return undefined;
  return URL.parse(`http://${host}`)?.hostname.replace(/\.$/, "");
}

/**
 * Admits loopback names, `publicHosts`, and IP addresses (DNS rebinding needs a name). If the server listens on more
 * than loopback, it also admits the machine's own name and the name in `HOST`.
 *
 * @param publicHosts as {@link readPublicHosts} returns them
 */
export function createHostPolicy({
  listensOn,
  publicHosts,
}: {
  listensOn: string;
  publicHosts: readonly string[];
}): HostPolicy {
  const names = new Set(publicHosts.filter((host) => !host.startsWith("*")));
  const suffixes = publicHosts.filter((host) => host.startsWith("*")).map((host) => host.slice(1));
  if (!isLoopback(hostnameOf(bracketed(listensOn)) ?? "")) {
    for (const host of [machineName(), listensOn]) names.add(hostnameOf(host) ?? host);
  }
  return (hostname) =>
    isAddress(hostname) ||
    isLoopback(hostname) ||
    names.has(hostname) ||
    suffixes.some((suffix) => hostname.length > suffix.length && hostname.endsWith(suffix));
}

/** Reads the text of `PUBLIC_HOSTS`. @returns undefined if a part of it is not a host name */
export function readPublicHosts(text: string): string[] | undefined {
  return text === "" ? [] : readList(text, publicHostOf);
}

/** A host name in `PUBLIC_HOSTS`. A port is ignored; `*.` before a name stands for all names below it. */
function publicHostOf(text: string): string | undefined {
  const isWildcard = text.startsWith("*.");
  const hostname = hostnameOf(isWildcard ? text.slice(2) : text);
  if (hostname === undefined || hostname === "" || /[*,]/.test(hostname)) return undefined;
  if (isWildcard && isAddress(hostname)) return undefined;
  return isWildcard ? `*.${hostname}` : hostname;
}

function bracketed(host: string): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}

function isAddress(hostname: string): boolean {
  return hostname.startsWith("[") || isIPv4(hostname);
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === "localhost" ||
    hostname.endsWith(".localhost") ||
    hostname === "[::1]" ||
    (isIPv4(hostname) && hostname.startsWith("127."))
  );
}
