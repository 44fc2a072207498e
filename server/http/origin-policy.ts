import { readList } from "./read-list.ts";

/** Which web pages may use the API from a browser. A request without an `Origin` is not asked, unless a browser says more. */
export type OriginPolicy = {
  allows(origin: string): boolean;
  /** Whether the operator named it: its pages may send cookies and client certificates, which a front may ask for. */
  trusts(origin: string): boolean;
  /** Whether pages of every origin may. */
  allowsAll: boolean;
};

/** Pages of this very machine, on any port. */
const loopback = /^https?:\/\/(?:localhost|[\w-]+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/;

export const loopbackOrigins: OriginPolicy = {
  allows: (origin) => loopback.test(origin),
  trusts: () => false,
  allowsAll: false,
};

export const anyOrigin: OriginPolicy = { allows: () => true, trusts: () => false, allowsAll: true };

/** @param listed in the form in which browsers send them; `https://*.` stands for all names below one */
export function listedOrigins(listed: readonly string[]): OriginPolicy {
  const exact = new Set(listed);
  const wildcards = listed.flatMap((text) => {
    const [scheme, suffix] = text.split("://*", 2);
    return scheme !== undefined && suffix !== undefined ? { prefix: `${scheme}://`, suffix } : [];
  });
  const allows = (origin: string): boolean =>
    exact.has(origin) ||
    wildcards.some(
      ({ prefix, suffix }) =>
        origin.startsWith(prefix) &&
        origin.endsWith(suffix) &&
        subdomain.test(origin.slice(prefix.length, -suffix.length)),
    );
  // "null" is the origin of every sandboxed frame, whoever made it.
  return { allows, trusts: (origin) => origin !== "null" && allows(origin), allowsAll: false };
}

const subdomain = /^[\w-]+(?:\.[\w-]+)*$/;

/** Reads the text of `CORS_ORIGINS`. @returns undefined if a part of it is no origin */
export function readOrigins(text: string): OriginPolicy | undefined {
  if (text === "") return loopbackOrigins;
  if (text === "*") return anyOrigin;
  const listed = readList(text, listedOriginOf);
  return listed && listedOrigins(listed);
}

/**
 * An origin as `CORS_ORIGINS` takes it, in the form in which browsers send it (lower case, no default port, no slash): of any
 * scheme (`capacitor://localhost`), `null`, or `https://*.example.com` for all names below one.
 *
 * @returns undefined for text that no browser's `Origin` can be
 */
function listedOriginOf(text: string): string | undefined {
  const origin = text.toLowerCase();
  if (origin === "null") return origin;
  const {
    scheme = "",
    wildcard = "",
    authority = "",
  } = /^(?<scheme>[a-z][a-z0-9+.-]*):\/\/(?<wildcard>\*\.)?(?<authority>[^/?#@*\s]*)\/?$/.exec(origin)
    ?.groups ?? {};
  if (scheme === "file" && wildcard === "" && authority === "") return "file://";
  if (authority === "") return undefined;
  // Only of these schemes the platform's parser knows the default ports and the forms of a host.
  if (scheme !== "http" && scheme !== "https") return `${scheme}://${wildcard}${authority}`;
  const url = URL.parse(`${scheme}://${authority}`);
  return url ? `${scheme}://${wildcard}${url.host}` : undefined;
}
