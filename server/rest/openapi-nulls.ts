import type { Json, Operation } from "./openapi-passes.ts";
import { isObject } from "./openapi-passes.ts";

/**
 * Shows that `null` counts as a field that is left out. In a body the type becomes a list with `null`, which generators read
 * best. A path, a query and a header have no `null`, so a parameter has the type alone.
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

/** The other form of a union with `null`; undefined for any other schema. */
function withoutNull(schema: unknown): Json | undefined {
  const forms = isObject(schema) ? schema["anyOf"] : undefined;
  if (!Array.isArray(forms) || !forms.some((form) => isObject(form) && form["type"] === "null"))
    return undefined;
  return forms.find((form): form is Json => isObject(form) && form["type"] !== "null");
}
