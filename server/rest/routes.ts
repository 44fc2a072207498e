import type { AnyTRPCProcedure } from "@trpc/server";
import { z } from "zod";
import type { AppRouter } from "../trpc/router.ts";
import type { Meta, RestAnswer } from "../trpc/meta.ts";

/** A procedure with a REST path, and what the door has to know of it. */
export type Route = {
  /** The procedure's name in the router, such as `session.get`. */
  procedure: string;
  type: "query" | "mutation";
  method: string;
  /** The path as documented, such as `/api/sessions/{session_id}`. */
  path: string;
  segments: readonly Segment[];
  answer: RestAnswer;
  /** Whether it answers with a stream of events, whatever media type the client accepts. */
  streams?: boolean;
  /** Input fields that come from a header, and from nowhere else. */
  headers: Readonly<Record<string, string>>;
  /** The name of the body's schema in the OpenAPI document. */
  bodyName?: string;
  input: z.ZodObject | undefined;
  /** Input fields that are numbers: in a path and in a query they arrive as text. */
  numbers: ReadonlySet<string>;
};

export type Segment = { literal: string } | { parameter: string };

/** Every procedure of the router that has a REST path. */
export function listRoutes(router: AppRouter): Route[] {
  // Typed as the nested record that the router was made from; it is flat, by dotted name.
  const procedures = router._def.procedures as unknown as Record<string, AnyTRPCProcedure>;
  return Object.entries(procedures).flatMap(([name, { _def }]) => {
    const { openapi, rest } = (_def.meta ?? {}) as Meta;
    if (!openapi || !rest || _def.type === "subscription") return [];
    const [input] = (_def as unknown as { inputs: unknown[] }).inputs;
    const object = input instanceof z.ZodObject ? input : undefined;
    return {
      procedure: name,
      type: _def.type,
      method: openapi.method,
      path: openapi.path,
      segments: splitPath(openapi.path).map(toSegment),
      ...rest,
      input: object,
      numbers: new Set(
        Object.entries(object?.shape ?? {})
          .filter(([, field]) => isNumber(field))
          .map(([field]) => field),
      ),
    };
  });
}

/** A path without its first slash, in parts; the parts of `/` are one empty one. */
export function splitPath(pathname: string): string[] {
  return pathname.slice(1).split("/");
}

export function toSegment(text: string): Segment {
  return text.startsWith("{") ? { parameter: text.slice(1, -1) } : { literal: text };
}

function isNumber(field: unknown): boolean {
  if (field instanceof z.ZodOptional || field instanceof z.ZodNullable) return isNumber(field.unwrap());
  return field instanceof z.ZodPipe ? isNumber(field.in) : field instanceof z.ZodNumber;
}
