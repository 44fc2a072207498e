import type { IncomingMessage } from "node:http";
import { AppError, invalidInput } from "../contract/app-error.ts";
import { readJson } from "../http/read-body.ts";
import { isNumber, readNumber } from "../http/read-number.ts";
import type { RequestTarget } from "../http/request-target.ts";
import { decodePart, readQuery } from "../http/request-target.ts";
import type { Match } from "./route-table.ts";
import type { Route } from "./routes.ts";

/**
 * Gathers a procedure's input from a REST request: from the body (or the query, for a method without a body), the
 * headers and the path. The path takes precedence. A field that comes from a header comes only from there. Text of a
 * query or a path becomes a number if the field is one; a body is taken unchanged.
 *
 * @throws {AppError} BAD_REQUEST, PAYLOAD_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE
 */
export async function readInput(
  request: IncomingMessage,
  {
    route,
    parameters,
    target,
    maxBytes,
  }: {
    route: Route;
    parameters: Match["parameters"];
    target: RequestTarget;
    maxBytes: number;
  },
): Promise<unknown> {
  const path = parameters.map(({ name, text }) => ({ name, text: decodePart(text, "The path") }));
  const query = readQuery(target.query);
  if (!route.input) return undefined;
  const takesBody = route.method === "POST" || route.method === "PATCH";
  const mayLackBody = route.bodyName === undefined;
  // This object was created for this request, and may be changed.
  const fields =
    takesBody && !(mayLackBody && lacksBody(request))
      ? asObject(await readJson(request, maxBytes))
      : fromQuery(query, route);
  for (const [field, header] of Object.entries(route.headers)) {
    delete fields[field];
    const value = readHeader(request, header);
    if (value !== undefined) fields[field] = value;
  }
  for (const field of route.omits) delete fields[field];
  for (const { name, text } of path) {
    if (text === "") throw invalidInput([{ path: [name], code: "too_small", message: "must not be empty" }]);
    fields[name] = fromText(name, text, route);
  }
  return fields;
}

function lacksBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] === undefined && Number(headers["content-length"] ?? 0) === 0;
}

function asObject(body: unknown): Record<string, unknown> {
  if (typeof body === "object" && body !== null && !Array.isArray(body))
    return body as Record<string, unknown>;
  const kind = body === null ? "null" : Array.isArray(body) ? "an array" : `a ${typeof body}`;
  throw new AppError("BAD_REQUEST", `The body must be a JSON object, and is ${kind}.`);
}

function fromQuery(values: ReadonlyMap<string, string>, route: Route): Record<string, unknown> {
  // Object.fromEntries defines own properties, so a field named __proto__ is safe.
  return Object.fromEntries([...values].map(([name, text]) => [name, fromText(name, text, route)]));
}

function fromText(name: string, text: string, { numbers }: Route): string | number {
  const kind = numbers.get(name);
  if (kind === "number") return readNumber(name, text);
  return kind === "number or text" && isNumber(text) ? Number(text) : text;
}

function readHeader(request: IncomingMessage, header: string): string | undefined {
  const name = header.toLowerCase();
  if (request.headers[name] === undefined) return undefined;
  const values = request.headersDistinct[name] ?? [];
  if (values.length > 1) throw new AppError("BAD_REQUEST", `The header ${header} is there twice.`);
  return values[0] === undefined ? undefined : decodeHeader(values[0], header);
}

// A byte order mark at the beginning is part of the value.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Node reads header bytes as Latin-1. Clients that use other characters send UTF-8. */
function decodeHeader(value: string, header: string): string {
  try {
    return utf8.decode(Buffer.from(value, "latin1"));
  } catch {
    throw new AppError("BAD_REQUEST", `The header ${header} is not valid UTF-8.`);
  }
}
