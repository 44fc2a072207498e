import type { IncomingMessage } from "node:http";
import { AppError } from "../domain/app-error.ts";
import { readJson } from "../http/read-body.ts";
import type { RequestTarget } from "../http/request-target.ts";
import { decodePart, readQuery } from "../http/request-target.ts";
import type { Route } from "./routes.ts";

/**
 * A procedure's input, from where REST has it: the body (or the query, for a method that takes none), the headers and
 * the path. The path wins, and a field that comes from a header comes from there alone. Text of a query or a path
 * becomes a number where the field is one; a body is taken as it is.
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
    parameters: ReadonlyMap<string, string>;
    target: RequestTarget;
    maxBytes: number;
  },
): Promise<unknown> {
  const query = readQuery(target.query);
  const path = new Map([...parameters].map(([name, text]) => [name, decodePart(text, "The path")]));
  if (!route.input) return undefined;
  const takesBody = route.method === "POST" || route.method === "PATCH";
  const fields: [string, unknown][] = takesBody
    ? Object.entries(asObject(await readJson(request, maxBytes)))
    : fromText(query, route);
  const ownFields = fields.filter(([name]) => !(name in route.headers));
  // Object.fromEntries defines properties, so a field named __proto__ is one like any other.
  return Object.fromEntries([...ownFields, ...readHeaders(request, route), ...fromText(path, route)]);
}

function asObject(body: unknown): object {
  if (typeof body === "object" && body !== null && !Array.isArray(body)) return body;
  const kind = body === null ? "null" : Array.isArray(body) ? "an array" : `a ${typeof body}`;
  throw new AppError("BAD_REQUEST", `The body must be a JSON object, and is ${kind}.`);
}

function fromText(values: ReadonlyMap<string, string>, route: Route): [string, unknown][] {
  return [...values].map(([name, text]) => [name, route.numbers.has(name) ? toNumber(name, text) : text]);
}

function toNumber(name: string, text: string): number {
  if (/^-?\d{1,16}$/.test(text)) return Number(text);
  const message = `must be a whole number in digits, and is ${JSON.stringify(text)}`;
  throw new AppError("BAD_REQUEST", `${name}: ${message}`, {
    issues: [{ path: [name], code: "invalid_type", message }],
  });
}

function readHeaders(request: IncomingMessage, route: Route): [string, string][] {
  return Object.entries(route.headers).flatMap(([field, header]) => {
    const values = request.headersDistinct[header.toLowerCase()] ?? [];
    if (values.length > 1) throw new AppError("BAD_REQUEST", `The header ${header} is there twice.`);
    return values.map((value): [string, string] => [field, decodeHeader(value, header)]);
  });
}

/** Node reads header bytes as Latin-1; clients that send other characters send UTF-8. */
function decodeHeader(value: string, header: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(value, "latin1"));
  } catch {
    throw new AppError("BAD_REQUEST", `The header ${header} is not valid UTF-8.`);
  }
}
