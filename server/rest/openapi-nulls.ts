import type { Json, Operation } from "./openapi-passes.ts";
import { isObject } from "./openapi-passes.ts";

/**
 * How the document shows that `null` stands for leaving a field out: in a body the type has `null` beside it, which is what
 * generators read best; a path, a query and a header have no `null`, so that their parameters have the type alone.
 */
export function showNulls({ parameters = [], requestBody }: Operation): void {
  for (const parameter of parameters) {
    const schema = withoutNull(parameter["schema"]);
    if (!schema) continue;
    parameter["schema"] = schema;
    parameter["description"] ??= schema["description"];
  }
  for (const { schema } of Object.values(requestBody?.content ?? {})) {
    if (!isObject(schema["properties"])) continue;
    schema["properties"] = Object.fromEntries(
      Object.entries(schema["properties"]).map(([name, field]) => [name, withNullType(field)]),
    );
  }
}

function withNullType(field: unknown): unknown {
  const schema = withoutNull(field);
  return schema ? { ...schema, type: [schema["type"], "null"] } : field;
}

/** The form of a union of it and `null`; undefined if it is no such union. */
function withoutNull(schema: unknown): Json | undefined {
  const forms = isObject(schema) ? schema["anyOf"] : undefined;
  if (!Array.isArray(forms) || !forms.some((form) => isObject(form) && form["type"] === "null"))
    return undefined;
  return forms.find((form): form is Json => isObject(form) && form["type"] !== "null");
}
