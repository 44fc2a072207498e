import type { ErrorCode } from "../contract/error-codes.ts";
import { errorCodes } from "../contract/error-codes.ts";
import type { Route } from "./routes.ts";

export type Json = Record<string, unknown>;

type Schema = Json;
type Body = { content?: Record<string, { schema: Schema; examples?: Json }> };
type Response = Body & { description: string; headers?: Json };
export type Operation = { parameters?: Json[]; requestBody?: Body; responses: Record<string, Response> };

const json = "application/json";

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The answer as REST gives it: a page is an array with its next address in a header, nothing is 204. */
export function restAnswer(operation: Operation, { answer }: Route): void {
  const { 200: success, ...errors } = operation.responses;
  const media = success?.content?.[json];
  if (!success || !media) return;
  if (answer === "empty") {
    operation.responses = { 204: { description: "Done; there is no body." }, ...errors };
    return;
  }
  success.description = "The answer";
  if (answer === "value") return;
  media.schema = (media.schema["properties"] as { items: Schema }).items;
  success.headers = {
    Link: {
      description: 'The next page\'s address with `rel="next"` (RFC 8288), unless this is the last page.',
      schema: { type: "string", examples: ['</api/sessions?limit=50&cursor=42>; rel="next"'] },
    },
  };
}

/** Input that REST takes from a header is a parameter of its own, and no field of the body. */
export function restHeaders(operation: Operation, { headers }: Route): void {
  const body = operation.requestBody?.content?.[json]?.schema;
  const properties = (body?.["properties"] ?? {}) as Record<string, Schema>;
  for (const [field, header] of Object.entries(headers)) {
    const { [field]: schema } = properties;
    delete properties[field];
    operation.parameters = [
      ...(operation.parameters ?? []),
      { in: "header", name: header, required: false, description: schema?.["description"], schema },
    ];
  }
}

/** The body's schema under its name, with the document's example. */
export function nameBody(operation: Operation, { bodyName }: Route, schemas: Json): void {
  const media = operation.requestBody?.content?.[json];
  if (!media || bodyName === undefined) return;
  const properties = (media.schema["properties"] ?? {}) as Record<string, Schema>;
  const example = Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [
      name,
      (schema["examples"] as unknown[] | undefined)?.[0],
    ]),
  );
  schemas[bodyName] = { ...media.schema, examples: [example] };
  media.schema = { $ref: `#/components/schemas/${bodyName}` };
}

/** Every error in the one shape it is sent in, with an example of its own. */
export function oneErrorShape(operation: Operation): void {
  for (const [status, response] of Object.entries(operation.responses)) {
    const found = Object.entries(errorCodes).find(([, { httpStatus }]) => httpStatus === Number(status));
    if (!found) continue;
    const [code, { sentence }] = found as [ErrorCode, { sentence: string }];
    response.description = sentence;
    response.content = {
      [json]: {
        schema: { $ref: "#/components/schemas/Error" },
        examples: { [code]: { value: { message: sentence, code } } },
      },
    };
  }
}

/** A field that is added later must break no generated client, and an id does not fit 32 bits for ever. */
export function lastingAnswers(value: unknown): void {
  if (Array.isArray(value)) value.forEach(lastingAnswers);
  if (!isObject(value)) return;
  if (value["additionalProperties"] === false) delete value["additionalProperties"];
  if (value["type"] === "integer") {
    value["format"] = "int64";
    if (value["maximum"] === Number.MAX_SAFE_INTEGER) delete value["maximum"];
    if (value["minimum"] === Number.MIN_SAFE_INTEGER) delete value["minimum"];
  }
  Object.values(value).forEach(lastingAnswers);
}
