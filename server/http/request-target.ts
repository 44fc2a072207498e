import type { IncomingMessage } from "node:http";
import { AppError } from "../contract/app-error.ts";

/** The address of a request. Path and query are still percent-encoded. */
export type RequestTarget = {
  /** The path without a trailing slash, which has no meaning. The path `/` keeps its slash. */
  pathname: string;
  hasTrailingSlash: boolean;
  query: string;
  /** The host, if the target has the absolute form. */
  authority?: string;
  /** The pattern of the address for the log, such as `/api/sessions/{session_id}`. Undefined until a door has set it. */
  route?: string;
};

/**
 * Parses the target in the forms of RFC 9112 §3.2 (`/path`, `http://host/path`, `*`).
 *
 * The platform's URL parser is not used: it would rewrite paths (`/a/../b`).
 *
 * @throws {AppError} BAD_REQUEST
 */
export function readTarget({ url = "", method }: IncomingMessage): RequestTarget {
  const absolute = url.startsWith("/") ? null : /^https?:\/\/([^/?#]*)/i.exec(url);
  const target = (absolute ? url.slice(absolute[0].length) : url) || "/";
  const isServerWide = target === "*" && method === "OPTIONS";
  if (!isServerWide && !target.startsWith("/") && !target.startsWith("?")) {
    throw new AppError("BAD_REQUEST", "The request target must be a path that begins with a slash.");
  }
  const mark = target.indexOf("?");
  const path = (mark < 0 ? target : target.slice(0, mark)) || "/";
  const hasTrailingSlash = path.length > 1 && path.endsWith("/");
  return {
    pathname: hasTrailingSlash ? path.slice(0, -1) : path,
    hasTrailingSlash,
    query: mark < 0 ? "" : target.slice(mark + 1),
    ...(absolute && { authority: absolute[1] ?? "" }),
  };
}

/** Percent-decodes a part of an address. @throws {AppError} BAD_REQUEST if it is not encoded UTF-8 */
export function decodePart(text: string, what: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AppError(
      "BAD_REQUEST",
      `${what} has a broken percent sign: write % itself as %25, and other characters as encodeURIComponent does.`,
    );
  }
}

const noValues: ReadonlyMap<string, string> = new Map();

/**
 * The query's names and values.
 *
 * @throws {AppError} BAD_REQUEST if it cannot be decoded, or has a name twice
 */
export function readQuery(query: string): ReadonlyMap<string, string> {
  if (query === "") return noValues;
  const values = new Map<string, string>();
  for (const pair of query.split("&")) {
    if (pair === "") continue;
    const [name, value] = splitOnce(pair.replaceAll("+", " ")).map((part) => decodePart(part, "The query"));
    if (name === undefined || value === undefined) continue;
    if (values.has(name)) throw new AppError("BAD_REQUEST", `The query says ${JSON.stringify(name)} twice.`);
    values.set(name, value);
  }
  return values;
}

function splitOnce(pair: string): [string, string] {
  const at = pair.indexOf("=");
  return at < 0 ? [pair, ""] : [pair.slice(0, at), pair.slice(at + 1)];
}
