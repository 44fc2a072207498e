import type { z } from "zod";

/** The schemas that have a name in the package's types. */
export type TypeNames = ReadonlyMap<unknown, string>;

/** The side of a schema: the input that it accepts, or the value that it returns. */
type Side = "input" | "output";

/**
 * A schema of the contract as a TypeScript type.
 *
 * @throws for an unknown kind of schema, and for a field without a description
 */
export function printType(schema: z.ZodType, names: TypeNames, side: Side, isNamed = true): string {
  const name = names.get(schema);
  if (isNamed && name !== undefined) return name;
  const print = (inner: unknown) => printType(inner as z.ZodType, names, side);
  const { def } = schema as unknown as { def: Definition };
  switch (def.type) {
    case "string":
    case "number":
    case "boolean":
    case "null":
    case "undefined":
    case "unknown":
    case "void":
      return def.type;
    case "enum":
      return Object.values(def.entries).map(literal).join(" | ");
    case "literal":
      return def.values.map(literal).join(" | ");
    case "array":
      return arrayOf(print(def.element));
    case "nullable":
      return `${print(def.innerType)} | null`;
    case "optional":
      return withUndefined(print(def.innerType));
    case "pipe":
      // The output of a transform is internal to the server.
      return print(side === "input" ? def.in : def.out);
    case "union":
      return def.options.map(print).join(" | ");
    case "object":
      return printObject(def.shape, names, side);
    default:
      throw new Error(`There is no TypeScript for a schema of the type ${(def as { type: string }).type}.`);
  }
}

type Definition =
  | { type: "string" | "number" | "boolean" | "null" | "undefined" | "unknown" | "void" }
  | { type: "enum"; entries: Record<string, string> }
  | { type: "literal"; values: unknown[] }
  | { type: "array"; element: z.ZodType }
  | { type: "nullable" | "optional"; innerType: z.ZodType }
  | { type: "pipe"; in: z.ZodType; out: z.ZodType }
  | { type: "union"; options: z.ZodType[] }
  | { type: "object"; shape: Record<string, z.ZodType> };

const literal = (value: unknown) => JSON.stringify(value);

const arrayOf = (item: string) => (/^\w+$/.test(item) ? `${item}[]` : `Array<${item}>`);

const withUndefined = (type: string) => (type.endsWith("| undefined") ? type : `${type} | undefined`);

function printObject(shape: Record<string, z.ZodType>, names: TypeNames, side: Side): string {
  const fields = Object.entries(shape).map(([field, schema]) => {
    const description = descriptionOf(schema);
    if (description === undefined) throw new Error(`The field ${field} of the contract has no description.`);
    const type = printType(schema, names, side);
    const mark = type.endsWith("| undefined") ? "?" : "";
    return `${docstring(description)}\n${field}${mark}: ${type};`;
  });
  return `{\n${indent(fields.join("\n"))}\n}`;
}

/** The description of a schema, or of the schema that it wraps. */
export function descriptionOf(schema: z.ZodType): string | undefined {
  const { description } = schema;
  if (description !== undefined) return description;
  const { def } = schema as unknown as { def: Definition };
  if (def.type === "nullable" || def.type === "optional") return descriptionOf(def.innerType);
  if (def.type === "pipe") return descriptionOf(def.in);
  return def.type === "literal" ? `Always ${def.values.map(literal).join(" or ")}.` : undefined;
}

export function docstring(text: string): string {
  return `/** ${text.replaceAll("*/", "*\\/")} */`;
}

export function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, "  ");
}
