import type { z } from "zod";
import { appRouter } from "../../server/trpc/router.ts";
import { contractTypes, eventNames, pascal } from "./contract-names.ts";
import { descriptionOf, docstring, indent, printType } from "./print-type.ts";

/** A procedure of the router, with the names of its types. */
type Procedure = { path: string; kind: string; sentence: string; input: string; output: string };

type Definition = {
  type: "query" | "mutation" | "subscription";
  inputs: z.ZodType[];
  output?: z.ZodType;
  meta?: { openapi?: { operationId: string; summary: string; description?: string } };
};

const names = new Map<unknown, string>([...contractTypes].map(([name, schema]) => [schema, name]));

const subscriptionSentences: Readonly<Record<string, string>> = {
  "session.onEvent":
    "Follow a session. Without a position it begins with a `snapshot`, and it resumes by itself.",
  "session.onListEvent":
    "Follow the list of sessions. Without a position it begins with a `snapshot`, and it resumes by itself.",
};

/** The declarations of the procedures' inputs. */
const inputTypes: string[] = [];

const described = Object.entries(appRouter._def.procedures).map(([path, procedure]) =>
  describe(path, (procedure as unknown as { _def: Definition })._def),
);

/** The declarations that replace `src/types.ts` in the package. */
export function printContract(): string {
  const outputs = [...contractTypes].map(([name, schema]) =>
    declare(name, descriptionOf(schema), printType(schema, names, "output", false)),
  );
  const client = nest(
    described,
    ({ sentence, kind, input, output }, name) =>
      `${docstring(sentence)}\nreadonly ${name}: ${pascal(kind)}<${input}, ${output}>;`,
    "readonly ",
  );
  const byName = (type: "input" | "output") =>
    nest(described, (procedure, name) => `${name}: ${procedure[type]};`);
  return [
    'import type { Mutation, Query, Subscription } from "./procedures.js";',
    ...outputs,
    ...inputTypes,
    declare("Client", "The contract, typed: `client.message.add.mutate({…})`.", client),
    declare(
      "RouterInputs",
      'The input of each procedure, by its name: `RouterInputs["message"]["add"]`.',
      byName("input"),
    ),
    declare(
      "RouterOutputs",
      "The answer of each procedure, by its name. That of a subscription is its event.",
      byName("output"),
    ),
  ].join("\n\n");
}

/** The declarations that replace `server/trpc/router.ts` in the package. */
export function printRouter(): string {
  const root = "{ ctx: object; meta: object; errorShape: ErrorShape; transformer: false }";
  const record = nest(described, ({ kind, sentence, input, output }, name) => {
    const answer = kind === "subscription" ? `AsyncIterable<Tracked<${output}>, void, undefined>` : output;
    const types = `{ input: ${input}; output: ${answer}; meta: object; errorShape: ErrorShape }`;
    return `${docstring(sentence)}\n${name}: TRPC${pascal(kind)}Procedure<${types}>;`;
  });
  const used = [...contractTypes.keys(), ...described.map(({ input }) => input.split(" ")[0] ?? "")];
  const imported = [...new Set(used)].filter((name) => new RegExp(`\\b${name}\\b`).test(record));
  return [
    'import type { TRPCBuiltRouter, TRPCMutationProcedure, TRPCQueryProcedure, TRPCSubscriptionProcedure } from "@trpc/server";',
    'import type { ErrorShape } from "./error-shape.js";',
    'import type { Tracked } from "../../client-sdk/src/procedures.js";',
    `import type { ${imported.filter((name) => name !== "void").join(", ")} } from "../../client-sdk/src/types.js";`,
    declare(
      "AppRouter",
      "The server's router as a type, for tRPC's own links and libraries.",
      `TRPCBuiltRouter<${root}, ${record}>`,
    ),
  ].join("\n");
}

function describe(path: string, { type, inputs, output, meta }: Definition): Procedure {
  const { operationId, summary, description } = meta?.openapi ?? {};
  const [schema] = inputs;
  const last = path.split(".").at(-1) ?? path;
  const inputName = `${pascal(operationId ?? last)}Input`;
  const input = schema ? printType(schema, names, "input") : "void";
  // An input is optional if all of its fields are.
  const [, fields = input, rest = ""] = /^(\{.*\})( \| .*)?$/s.exec(input) ?? [];
  if (schema) inputTypes.push(declare(inputName, `The input of \`${path}\`.`, fields));
  const sentence =
    summary === undefined ? subscriptionSentences[path] : [summary, description].filter(Boolean).join(". ");
  const answer = eventNames[path] ?? (output && printType(output, names, "output"));
  if (sentence === undefined || answer === undefined)
    throw new Error(`${path} has no sentence, or no answer.`);
  return {
    path,
    kind: type,
    sentence: sentence.replace(/[^.]$/, "$&."),
    input: schema ? `${inputName}${rest}` : input,
    output: answer,
  };
}

function declare(name: string, description: string | undefined, type: string): string {
  if (description === undefined) throw new Error(`The type ${name} of the contract has no description.`);
  return `${docstring(description)}\nexport type ${name} = ${type};`;
}

/** An object type of the procedures, nested by the parts of their paths. */
function nest(
  procedures: Procedure[],
  print: (procedure: Procedure, name: string) => string,
  modifier = "",
): string {
  const rooms = Map.groupBy(procedures, ({ path }) => path.split(".").slice(0, -1).join("."));
  const fields = [...rooms].map(([room, members]) => {
    const printed = members.map((member) => print(member, member.path.split(".").at(-1) ?? "")).join("\n");
    return room === "" ? printed : `${modifier}${room}: {\n${indent(printed)}\n};`;
  });
  return `{\n${indent(fields.join("\n"))}\n}`;
}
