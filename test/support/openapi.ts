import type { ErrorObject } from "ajv/dist/2020.js";
import { Ajv2020 } from "ajv/dist/2020.js";

export type Schema = {
  $ref?: string;
  type?: string | string[];
  anyOf?: Schema[];
  description?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  examples?: unknown[];
};
export type Media = { schema: Schema; examples?: Record<string, { value: unknown }> };
export type Operation = {
  operationId: string;
  summary: string;
  tags: string[];
  parameters?: { in: string; name: string; required?: boolean; schema: Schema }[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, { description: string; headers?: object; content?: Record<string, Media> }>;
};
export type Document = {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
};
export type Place = { method: string; path: string; operation: Operation };

export async function readDocument(url: string): Promise<Document> {
  return (await (await fetch(`${url}/openapi.json`)).json()) as Document;
}

export function listOperations({ paths }: Document): Place[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

/** All objects in a value, at any depth. */
export function everyObject(value: unknown): Record<string, unknown>[] {
  if (typeof value !== "object" || value === null) return [];
  const inside = Object.values(value).flatMap(everyObject);
  return Array.isArray(value) ? inside : [value as Record<string, unknown>, ...inside];
}

/** The only example of a body. */
export function exampleOf(content: Record<string, Media> | undefined): unknown {
  const media = content?.["application/json"] ?? content?.["text/plain"];
  return Object.values(media?.examples ?? {})[0]?.value;
}

/** Lists the parts of a value that its schema forbids or, with `exactly`, does not name. */
export type Faults = (schema: Schema, value: unknown) => ErrorObject[];

/** A schema of the document as a standalone one, with the named ones in `$defs`. */
function here(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll("#/components/schemas/", "#/$defs/")) as object;
}

/**
 * Validates against the document's schemas. `exactly` forbids the fields that the schemas leave open for later
 * versions, since every field that is sent today must be documented today.
 */
export function createValidator({ components }: Document, { exactly }: { exactly: boolean }): Faults {
  const ajv = new Ajv2020({ formats: { int64: true }, keywords: ["discriminator"], allErrors: true });
  const $defs = here(components.schemas);
  if (exactly) {
    for (const each of everyObject($defs))
      if (each["type"] === "object") each["unevaluatedProperties"] = false;
  }
  return (schema, value) => {
    const validate = ajv.compile({ ...here(schema), $defs });
    return validate(value) ? [] : (validate.errors ?? []);
  };
}

/** A request to an operation. Every part may be overridden by name. */
export type ExampleRequest = {
  method: string;
  path: Record<string, string>;
  /** As sent, without the question mark. */
  query: string;
  headers: Record<string, string>;
  /** JSON, or text as it is. */
  body?: Record<string, unknown> | string;
};

/** The request from the document's own examples: the one that "Try it out" sends. */
export function exampleRequest(
  { method, operation }: Place,
  { optional }: { optional: boolean },
): ExampleRequest {
  const parameters = (operation.parameters ?? []).filter(({ required }) => optional || required);
  const of = (place: string): Record<string, string> =>
    Object.fromEntries(
      parameters
        .filter((each) => each.in === place)
        .map(({ name, schema }) => [name, String(schema.examples?.[0])]),
    );
  const body = exampleOf(operation.requestBody?.content) as ExampleRequest["body"];
  return {
    method,
    path: of("path"),
    query: new URLSearchParams(of("query")).toString(),
    headers: {
      ...(body && { "content-type": typeof body === "string" ? "text/plain" : "application/json" }),
      ...of("header"),
    },
    ...(body && { body }),
  };
}

export function sendExample(url: string, { path }: Place, request: ExampleRequest): Promise<Response> {
  const pathname = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(request.path[name] ?? ""),
  );
  return fetch(`${url}${pathname}${request.query && `?${request.query}`}`, {
    method: request.method,
    headers: request.headers,
    ...(request.body && {
      body: typeof request.body === "string" ? request.body : JSON.stringify(request.body),
    }),
  });
}
