import { readFileSync } from "node:fs";

/**
 * The names of the types that a module exports.
 *
 * @throws if it exports something in a way that is not read here
 */
export function contractNames(file: string): string[] {
  const text = readFileSync(file, "utf8");
  const declared = [...text.matchAll(/^export type (\w+) =/gm)].map(([, name = ""]) => name);
  const lists = [...text.matchAll(/^export type \{([^}]+)\} from/gm)];
  const statements = text.match(/^export /gm)?.length ?? 0;
  if (statements === 0 || declared.length + lists.length !== statements)
    throw new Error(`Of ${statements} exports of ${file} ${declared.length + lists.length} are read.`);
  const passedOn = lists.flatMap(([, names = ""]) => names.split(",").map((name) => name.trim()));
  return [...declared, ...passedOn].filter((name) => name !== "");
}

/** A program that compiles if each type of the package is the same as that of a module of the sources, and another is not. */
export function sameTypes(sources: string, names: string[]): string {
  return [
    `import type * as Source from ${JSON.stringify(sources)};`,
    'import type * as Package from "@ai-desk/client";',
    "type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;",
    // Both are written out first: an intersection and the object that it means count as different.
    "type Plain<T> = T extends (...input: infer In) => infer Out ? (...input: Plain<In>) => Plain<Out> :",
    "  T extends object ? { [Name in keyof T]: Plain<T[Name]> } : T;",
    ...names.map(
      (name) => `export const is${name}: Same<Plain<Source.${name}>, Plain<Package.${name}>> = true;`,
    ),
    // A comparison that takes everything for the same, or a module whose types are all `any`, fails here.
    "// @ts-expect-error: they differ",
    `export const isAnother: Same<Plain<Source.Message>, Plain<Package.Session>> = true;`,
  ].join("\n");
}
