import type { Json, DescribedOperation } from "./openapi-transforms.ts";
import { isObject } from "./openapi-transforms.ts";

/**
 * Shows that `null` counts as a field that is left out. In a body the type becomes a list that includes `null`, which
 * generators read best. A path, a query and a header cannot have `null`, so a parameter has the type alone; every part
 * of a path is required.
 */
export function showNulls({ parameters = [], requestBody }: DescribedOperation): void {
  for (const parameter of parameters) {
    const schema = withoutNull(parameter["schema"]);
    if (!schema) continue;
    if (parameter["in"] === "path") parameter["required"] = true;
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
  if (!schema) return field;
  // A schema without a type takes null already.
  return "type" in schema ? { ...schema, type: [schema["type"], "null"] } : schema;
}

/** A union without its `null`; undefined for any other schema. */
function withoutNull(schema: unknown): Json | undefined {
  if (!isObject(schema) || !Array.isArray(schema["anyOf"])) return undefined;
  const { anyOf, ...rest } = schema;
  const forms = (anyOf as unknown[]).filter(
    (form): form is Json => isObject(form) && form["type"] !== "null",
  );
  const [form] = forms;
  if (!form || forms.length === (anyOf as unknown[]).length) return undefined;
  return forms.length === 1 ? form : { anyOf: forms, ...rest };
}
