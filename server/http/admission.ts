import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { AppError } from "../contract/app-error.ts";
import type { HostPolicy } from "./host-policy.ts";
import { hostnameOf } from "./host-policy.ts";
import type { OriginPolicy } from "./origin-policy.ts";
import { assertPlainFraming } from "./body-framing.ts";
import type { RequestTarget } from "./request-target.ts";
import { createWarnOnce } from "./warn-once.ts";

export type AdmissionOptions = {
  hosts: HostPolicy;
  origins: OriginPolicy;
  /** Whether an address is a page that links on other sites may open. */
  isPage: (pathname: string) => boolean;
  /** Called once for each refused host and each refused origin. */
  warn: (details: Record<string, string>, sentence: string) => void;
};

/**
 * Refuses a request that must not be answered. Called before any other work for the request.
 *
 * @throws {AppError} BAD_REQUEST, MISDIRECTED_REQUEST (another host's name), FORBIDDEN (a page of another site asks)
 */
export type Admit = (request: IncomingMessage, target: RequestTarget) => void;

/** The number of admitted values of `Host` that are remembered: parsing one takes longer than all other checks. */
const maxKnownHosts = 1000;

const quoteLimit = 100;

/**
 * Admits requests by two checks. `Host` detects a page whose name points at this server (DNS rebinding); `Origin`
 * detects any other foreign page.
 */
export function createAdmission({ hosts, origins, isPage, warn }: AdmissionOptions): Admit {
  const warnOnce = createWarnOnce(warn);
  const knownHosts = new Set<string>();

  function admitHost(host: string, what: string): void {
    if (knownHosts.has(host)) return;
    const hostname = hostnameOf(host);
    if (hostname === undefined || hostname === "") {
      throw new AppError("BAD_REQUEST", `${what} is not a host name.`);
    }
    if (!hosts(hostname)) {
      const name = quote(hostname);
      const remedy = "if it is this server's name, add it to PUBLIC_HOSTS";
      warnOnce({ host: name }, `Requests for the host ${name} are refused: ${remedy}.`);
      throw new AppError(
        "MISDIRECTED_REQUEST",
        `This server does not answer for the host ${name}: ${remedy}.`,
      );
    }
    if (knownHosts.size < maxKnownHosts) knownHosts.add(host);
  }

  function admitPage(request: IncomingMessage, host: string | undefined, { pathname }: RequestTarget): void {
    const { headers } = request;
    const { origin } = headers;
    if (origin === undefined) {
      if (!isCrossSite(headers) || origins.allowsAll || (isNavigation(request) && isPage(pathname))) return;
      const sentence =
        "A page of another site may not load this: its script may fetch it, if CORS_ORIGINS names the page's origin.";
      warnOnce({}, sentence);
      throw new AppError("FORBIDDEN", sentence);
    }
    if (origins.allows(origin)) return;
    // Behind a proxy with TLS the page's scheme differs from ours, so only host and port are compared.
    if (host !== undefined && !isCrossSite(headers) && isOwn(origin, host)) return;
    const name = quote(origin);
    const remedy = "CORS_ORIGINS does not name that origin, and it is not the Host that the request names";
    warnOnce({ origin: name }, `Pages of ${name} are refused: ${remedy}.`);
    throw new AppError("FORBIDDEN", `Pages of ${name} may not use this server: ${remedy}.`);
  }

  return (request, target) => {
    assertPlainFraming(request);
    const { host } = request.headers;
    if (host === undefined) {
      if (request.httpVersion === "1.1") throw new AppError("BAD_REQUEST", "The Host header is missing.");
    } else {
      if (hasSecondHost(request.rawHeaders))
        throw new AppError("BAD_REQUEST", "The Host header is there twice.");
      admitHost(host, "The Host header");
    }
    if (target.authority !== undefined) admitHost(target.authority, "The host in the request target");
    // A target in absolute form names the host (RFC 9112, §3.2.2).
    admitPage(request, target.authority ?? host, target);
  };
}

/** Whether a page of another origin caused the request. Scripts cannot set `Sec-Fetch-Site`. */
function isCrossSite(headers: IncomingHttpHeaders): boolean {
  const site = headers["sec-fetch-site"];
  return site !== undefined && site !== "same-origin" && site !== "none";
}

/** Whether the request opens a page in a tab, and not in a frame or an object of another page. */
function isNavigation({ method, headers }: IncomingMessage): boolean {
  return (
    (method === "GET" || method === "HEAD") &&
    headers["sec-fetch-mode"] === "navigate" &&
    headers["sec-fetch-dest"] === "document"
  );
}

/** Whether the origin has the host and port of the request. */
function isOwn(origin: string, host: string): boolean {
  if (origin === `https://${host}` || origin === `http://${host}`) return true;
  const scheme = /^https?:/.exec(origin)?.[0];
  return scheme !== undefined && URL.parse(`${scheme}//${host}`)?.origin === origin;
}

/** Whether there is a second `Host`. Node returns the first one, and a proxy in front may have used the other. */
function hasSecondHost(rawHeaders: readonly string[]): boolean {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name?.length === 4 && name.toLowerCase() === "host") count += 1;
  }
  return count > 1;
}

function quote(text: string): string {
  return text.length > quoteLimit ? `${text.slice(0, quoteLimit)}…` : text;
}
