import type { Route } from "./routes.ts";

export type Json = Record<string, unknown>;

type Schema = Json;
type Media = { schema: Schema; examples?: Json };
type Body = { content?: Record<string, Media> };
type Response = Body & { description: string; headers?: Json };
export type DescribedOperation = {
  parameters?: Json[];
  requestBody?: Body & { required?: boolean };
  responses: Record<string, Response>;
};

const json = "application/json";
const schemaPlace = "#/components/schemas/";

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Describes the answer as REST sends it: a page is an array with the next address in a header, an empty answer is 204,
 * and an answer with a name has the schema of that name.
 */
export function restAnswer(operation: DescribedOperation, { answer, answerName }: Route): void {
  const { 200: success, ...others } = operation.responses;
  const media = success?.content?.[json];
  if (!success || !media) return;
  if (answer === "empty") {
    operation.responses = { 204: { description: "Done; there is no body." }, ...others };
    return;
  }
  const named = answerName === undefined ? undefined : { $ref: schemaPlace + answerName };
  if (answer !== "page") {
    media.schema = named ?? media.schema;
    return;
  }
  const { items } = media.schema["properties"] as { items: Schema };
  media.schema = named ? { type: "array", items: named } : items;
  success.headers = {
    Link: {
      description:
        'The address of the next page with `rel="next"` (RFC 8288), relative to the address of this page. It is absent on the last page.',
      schema: { type: "string", examples: [`<?limit=50&cursor=42>; rel="next"`] },
    },
  };
}

/** Describes input from a header as a parameter, and removes it from the body. Removes input that only tRPC has. */
export function restHeaders(operation: DescribedOperation, { headers, omits }: Route): void {
  const body = operation.requestBody?.content?.[json]?.schema;
  const properties = (body?.["properties"] ?? {}) as Record<string, Schema>;
  for (const field of omits) delete properties[field];
  const { parameters = [] } = operation;
  operation.parameters = parameters.filter(({ name }) => !omits.includes(String(name)));
  for (const [field, header] of Object.entries(headers)) {
    const { [field]: schema } = properties;
    delete properties[field];
    operation.parameters = [
      ...(operation.parameters ?? []),
      { in: "header", name: header, required: false, description: schema?.["description"], schema },
    ];
  }
}

/** Names the body's schema, with an example made from the examples of its fields. */
export function nameBody(operation: DescribedOperation, { bodyName }: Route, schemas: Json): void {
  const { requestBody } = operation;
  const media = requestBody?.content?.[json];
  if (bodyName === undefined && media) delete operation.requestBody;
  if (!requestBody || !media || bodyName === undefined) return;
  // An input that is optional over tRPC requires a body over REST, at least `{}`.
  requestBody.required = true;
  schemas[bodyName] = { ...media.schema, examples: [exampleOf(media.schema, schemas)] };
  media.schema = { $ref: schemaPlace + bodyName };
}

/** Names each variant of a union with the discriminator `type`, since generators make classes of them. */
export function nameVariants(union: Json, nameOf: (type: string) => string, schemas: Json): void {
  const mapping: Json = {};
  for (const form of union["oneOf"] as Schema[]) {
    const type = String((form["properties"] as { type: Schema }).type["const"]);
    const name = nameOf(type.replaceAll(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase()));
    schemas[name] = { ...form, examples: [exampleOf(form, schemas)] };
    mapping[type] = schemaPlace + name;
  }
  union["oneOf"] = Object.values(mapping).map(($ref) => ({ $ref }));
  union["discriminator"] = { propertyName: "type", mapping };
}

/** Adds its schema's example to each body, for tools that do not follow references. */
export function showExamples(
  { requestBody, responses }: DescribedOperation,
  { answerExample }: Route,
  schemas: Json,
): void {
  const success = responses["200"]?.content?.[json];
  if (success && answerExample) success.examples = { answer: { value: answerExample } };
  for (const [status, { content }] of [["", requestBody ?? {}] as const, ...Object.entries(responses)]) {
    for (const media of Object.values(content ?? {})) {
      if (media.examples) continue;
      media.examples = {
        [status === "" ? "request" : "answer"]: { value: exampleOf(media.schema, schemas) },
      };
    }
  }
}

/** Describes a success with the description of its schema. */
export function describeAnswer({ responses }: DescribedOperation, schemas: Json): void {
  const success = responses["200"];
  const schema = success?.content?.[json]?.schema;
  if (!success || !schema) return;
  success.description = isObject(schema["items"])
    ? `A list, and each item: ${describe(schema["items"], schemas)}`
    : describe(schema, schemas);
}

function describe(schema: Schema, schemas: Json): string {
  return String(resolve(schema, schemas)["description"]);
}

function resolve(schema: Schema, schemas: Json): Schema {
  const { $ref } = schema;
  return typeof $ref === "string" ? (schemas[$ref.slice(schemaPlace.length)] as Schema) : schema;
}

/** The example of a schema: its own, or one made from the examples of its parts. */
function exampleOf(schema: Schema, schemas: Json): unknown {
  const { examples, const: only, items, properties = {} } = resolve(schema, schemas);
  if (Array.isArray(examples)) return examples[0] as unknown;
  if (only !== undefined) return only;
  if (isObject(items)) return [exampleOf(items, schemas)];
  const fields = Object.entries(properties as Record<string, Schema>).filter(([, field]) =>
    hasExample(resolve(field, schemas)),
  );
  return Object.fromEntries(fields.map(([name, field]) => [name, exampleOf(field, schemas)]));
}

/** Fields of opaque values, and fields that an input has seldom, have none. */
function hasExample(schema: Schema): boolean {
  if (isObject(schema["items"])) return hasExample(schema["items"]);
  return ["$ref", "examples", "const", "properties"].some((name) => name in schema);
}

/** The schemas to which the paths refer, directly or through other schemas. */
export function schemasInUse(paths: unknown, schemas: Json): Json {
  const used = new Set<string>();
  function visit(value: unknown): void {
    const text = JSON.stringify(value);
    for (const [, name = ""] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (used.has(name)) continue;
      used.add(name);
      visit(schemas[name]);
    }
  }
  visit(paths);
  return Object.fromEntries(Object.entries(schemas).filter(([name]) => used.has(name)));
}

/** Removes limits that would break generated clients if a field were added later. */
export function keepAnswersOpen(value: unknown): void {
  if (Array.isArray(value)) value.forEach(keepAnswersOpen);
  if (!isObject(value)) return;
  if (value["additionalProperties"] === false) delete value["additionalProperties"];
  if (value["type"] === "integer") {
    if (value["maximum"] === Number.MAX_SAFE_INTEGER) delete value["maximum"];
    if (value["minimum"] === Number.MIN_SAFE_INTEGER) delete value["minimum"];
  }
  if (value["const"] !== undefined) value["examples"] ??= [value["const"]];
  Object.values(value).forEach(keepAnswersOpen);
}
