import { resolve } from "node:path";
import { build } from "vite";

export type Chunk = { name: string; code: string };

const source = resolve(import.meta.dirname, "../../../../client-sdk/src/chat");

/** The code of a module of the client and all that it imports at once, minified, as a script that defines `AIDesk`. */
export async function bundle(module: string): Promise<string> {
  const [chunk] = await bundleAs("iife", module);
  return chunk?.code ?? "";
}

/** A page that uses one export of a module, as modules: the first one imports the others when it needs them. */
export function bundleInChunks(module: string, used: string): Promise<Chunk[]> {
  return bundleAs("es", module, used);
}

async function bundleAs(format: "iife" | "es", module: string, used = ""): Promise<Chunk[]> {
  const file = resolve(source, module);
  const page = "virtual:page";
  const result = await build({
    configFile: false,
    logLevel: "silent",
    plugins: [
      {
        name: "page",
        enforce: "pre",
        resolveId: (id) => (id.endsWith(page) ? page : undefined),
        load: (id) =>
          id === page
            ? `import { ${used} } from ${JSON.stringify(file)}; globalThis.used = ${used};`
            : undefined,
      },
    ],
    build: {
      write: false,
      target: "es2022",
      lib: { entry: format === "es" ? page : file, name: "AIDesk", formats: [format], fileName: "first" },
      // Vite keeps the whitespace of libraries.
      rolldownOptions: {
        preserveEntrySignatures: format === "es" ? false : "strict",
        output: { minify: true },
      },
    },
  });
  const [output] = Array.isArray(result) ? result : [result];
  if (output === undefined || !("output" in output)) throw new Error("There is no bundle.");
  return output.output.flatMap((chunk) =>
    chunk.type === "chunk" ? [{ name: chunk.name, code: chunk.code }] : [],
  );
}
