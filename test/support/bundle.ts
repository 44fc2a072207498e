import { join } from "node:path";
import { build } from "vite";

let tabPage: Promise<string> | undefined;

/** The code of `tab-page.ts` as one classic script, which sets the global `Chat`. */
export function bundleTabPage(): Promise<string> {
  return (tabPage ??= bundle("tab-page.ts", "iife"));
}

/** A file of this folder with all that it imports, as one text. */
export async function bundle(file: string, format: "iife" | "es"): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: "error",
    build: {
      write: false,
      minify: false,
      lib: { entry: join(import.meta.dirname, file), formats: [format], name: "Chat" },
      rolldownOptions: { output: { codeSplitting: false } },
    },
  });
  const outputs = Array.isArray(built) ? built : "output" in built ? [built] : [];
  const code = outputs.flatMap(({ output }) => output.map((chunk) => ("code" in chunk ? chunk.code : "")));
  if (code.length !== 1) throw new Error(`The bundle of ${file} has ${code.length} parts.`);
  return code.join("");
}
