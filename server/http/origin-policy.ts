import { readList } from "./read-list.ts";

/** The web pages that may use the API from a browser, by their origins. */
export type OriginPolicy = {
  allows(origin: string): boolean;
  /**
   * Whether the operator named the origin. Its pages may then send cookies and client certificates, for a proxy in
   * front.
   */
  trusts(origin: string): boolean;
  /** Whether pages of every origin may use the API. */
  allowsAll: boolean;
};

/** Pages of this machine, on any port. */
const loopback = /^https?:\/\/(?:localhost|[\w-]+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/;

export const loopbackOrigins: OriginPolicy = {
  allows: (origin) => loopback.test(origin),
  trusts: () => false,
  allowsAll: false,
};

export const anyOrigin: OriginPolicy = { allows: () => true, trusts: () => false, allowsAll: true };

/** @param listed the origins, as browsers send them; `https://*.` before a name stands for all names below it */
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
  // "null" is the origin of every sandboxed frame of any site.
  return { allows, trusts: (origin) => origin !== "null" && allows(origin), allowsAll: false };
}

const subdomain = /^[\w-]+(?:\.[\w-]+)*$/;

/** Reads the text of `CORS_ORIGINS`. @returns undefined if a part of it is not an origin */
export function readOrigins(text: string): OriginPolicy | undefined {
  if (text === "") return loopbackOrigins;
  if (text === "*") return anyOrigin;
  const listed = readList(text, listedOriginOf);
  return listed && listedOrigins(listed);
}

/**
 * An origin in `CORS_ORIGINS`, in the form in which browsers send it (lower case, no default port, no slash). It may
 * have any scheme (`capacitor://localhost`), be `null`, or stand for all names below one (`https://*.example.com`).
 *
 * @returns undefined for text that cannot be an `Origin`
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
  // The platform's parser knows the default ports and host forms of these two schemes only.
  if (scheme !== "http" && scheme !== "https") return `${scheme}://${wildcard}${authority}`;
  const url = URL.parse(`${scheme}://${authority}`);
  return url ? `${scheme}://${wildcard}${url.host}` : undefined;
}
