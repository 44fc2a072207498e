import { join } from "node:path";
import { gzipSync } from "node:zlib";
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

/** @returns how many bytes, minified and compressed, a page loads of a module before any of its dynamic imports */
export async function firstLoadBytes(entry: string): Promise<number> {
  const built = await build({
    configFile: false,
    logLevel: "error",
    build: {
      write: false,
      // As a library: for a page Vite adds code of its own, which loads styles.
      lib: { entry, formats: ["es"] },
      rolldownOptions: { output: { minify: true } },
    },
  });
  const [first] = Array.isArray(built) ? built : "output" in built ? [built] : [];
  const files = first?.output.filter((file) => file.type === "chunk") ?? [];
  const chunks = new Map(files.map((file) => [file.fileName, file]));
  const wanted = new Set(files.filter(({ isEntry }) => isEntry).map(({ fileName }) => fileName));
  for (const name of wanted) for (const imported of chunks.get(name)?.imports ?? []) wanted.add(imported);
  const code = [...wanted].map((name) => chunks.get(name)?.code).join("");
  return gzipSync(code, { level: 9 }).length;
}
