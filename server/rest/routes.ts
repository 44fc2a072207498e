import type { AnyTRPCProcedure } from "@trpc/server";
import { z } from "zod";
import type { AppRouter } from "../trpc/router.ts";
import type { Meta, RestAnswer } from "../trpc/meta.ts";

/** An address of the REST door, and the procedure under which it is documented. */
export type Route = {
  /** The procedure's name, such as `session.get`. */
  procedure: string;
  type: "query" | "mutation";
  method: string;
  /** The path as documented, such as `/api/sessions/{session_id}`. */
  path: string;
  segments: readonly Segment[];
  answer: RestAnswer;
  /** Whether it always answers with a stream of events, whatever media type the client accepts. */
  streams?: boolean;
  /** Input fields that come from a header, and only from there. */
  headers: Readonly<Record<string, string>>;
  /** The name of the answer's schema in the OpenAPI document, if the answer over REST differs from tRPC's. */
  answerName?: string;
  /** Input fields that only tRPC has. */
  omits: readonly string[];
  /** The name of the body's schema in the OpenAPI document. */
  bodyName?: string;
  /** The answer to the operation's example, if that of the answer's schema does not fit. */
  answerExample?: object;
  input: z.ZodObject | undefined;
  /** Input fields that are or may be numbers: in a path and in a query they are text. */
  numbers: ReadonlyMap<string, "number" | "number or text">;
};

export type Segment = { literal: string } | { parameter: string };

/** Every procedure of the router that has a REST path. */
export function listRoutes(router: AppRouter): Route[] {
  // Typed as the nested record from which the router was made; it is flat, by dotted name.
  const procedures = router._def.procedures as unknown as Record<string, AnyTRPCProcedure>;
  return Object.entries(procedures).flatMap(([name, { _def }]) => {
    const { openapi, rest } = (_def.meta ?? {}) as Meta;
    if (!openapi || !rest || _def.type === "subscription") return [];
    const [input] = (_def as unknown as { inputs: unknown[] }).inputs;
    const { method, path } = openapi;
    const bare = unwrap(input);
    const object = bare instanceof z.ZodObject ? bare : undefined;
    return { procedure: name, type: _def.type, method, ...addressOf(path), ...rest, ...inputOf(object) };
  });
}

/** The route of a request that the REST door answers itself, without a procedure of the router. */
export function ownRoute(
  procedure: string,
  path: string,
  input?: z.ZodObject,
  method: "GET" | "POST" | "PUT" = "GET",
): Route {
  return {
    procedure,
    type: method === "GET" ? "query" : "mutation",
    method,
    ...addressOf(path),
    answer: "value",
    headers: {},
    omits: [],
    ...inputOf(input),
  };
}

function addressOf(path: string): Pick<Route, "path" | "segments"> {
  return { path, segments: splitPath(path).map(toSegment) };
}

function inputOf(input: z.ZodObject | undefined): Pick<Route, "input" | "numbers"> {
  const fields = Object.entries(input?.shape ?? {});
  const numbers = new Map<string, "number" | "number or text">();
  for (const [name, field] of fields) {
    const schema = unwrap(field);
    if (schema instanceof z.ZodNumber) numbers.set(name, "number");
    if (schema instanceof z.ZodUnion) numbers.set(name, "number or text");
  }
  return { input, numbers };
}

/** The parts of a path without its first slash. `/` has one empty part. */
export function splitPath(pathname: string): string[] {
  return pathname.slice(1).split("/");
}

function toSegment(text: string): Segment {
  return text.startsWith("{") ? { parameter: text.slice(1, -1) } : { literal: text };
}

/** The schema of a value that is present. */
function unwrap(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return unwrap(schema.unwrap());
  return schema instanceof z.ZodPipe ? unwrap(schema.in) : schema;
}
