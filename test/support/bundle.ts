import { resolve } from "node:path";
import { gzipSync } from "node:zlib";
import type { Rolldown } from "vite";
import { build } from "vite";

let tabPage: Promise<string> | undefined;

/** The code of `tab-page.ts` as one classic script, which sets the global `Chat`. */
export function bundleTabPage(): Promise<string> {
  return (tabPage ??= bundle("tab-page.ts", "iife"));
}

let tabModules: Promise<ReadonlyMap<string, string>> | undefined;

/**
 * The code of `tab-page.ts` as modules, by file name: the entry is `entry.js`, and each lazily loaded part is another
 * file.
 */
export function bundleTabModules(): Promise<ReadonlyMap<string, string>> {
  return (tabModules ??= build({
    configFile: false,
    logLevel: "error",
    build: {
      write: false,
      minify: false,
      lib: { entry: resolve(import.meta.dirname, "tab-page.ts"), formats: ["es"], fileName: "entry" },
    },
  }).then(
    (built) =>
      new Map(filesOf(built).flatMap((file) => ("code" in file ? [[file.fileName, file.code]] : []))),
  ));
}

/** A file with all its imports, as one text. A script sets the global `name`. A relative path begins at this folder. */
export async function bundle(file: string, format: "iife" | "es", name = "Chat"): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: "error",
    build: {
      write: false,
      minify: false,
      lib: { entry: resolve(import.meta.dirname, file), formats: [format], name },
      rolldownOptions: { output: { codeSplitting: false } },
    },
  });
  const code = filesOf(built).map((part) => ("code" in part ? part.code : ""));
  if (code.length !== 1) throw new Error(`The bundle of ${file} has ${code.length} parts.`);
  return code.join("");
}

type Built = Awaited<ReturnType<typeof build>>;

/** The files of a Vite build that writes none. */
export function filesOf(built: Built): (Rolldown.OutputChunk | Rolldown.OutputAsset)[] {
  const outputs = Array.isArray(built) ? built : "output" in built ? [built] : [];
  return outputs.flatMap(({ output }) => output);
}

function bytesOf(code = ""): number {
  return gzipSync(code, { level: 9 }).length;
}

/**
 * The minified and compressed size of a module in bytes: the part before its dynamic imports, and each of these.
 *
 * @param without packages that are not counted
 */
export async function loadBytes(
  entry: string,
  { without = [] as string[] | RegExp } = {},
): Promise<{ first: number; later: Record<string, number> }> {
  const built = await build({
    configFile: false,
    logLevel: "error",
    build: {
      write: false,
      // As a library: for a page Vite adds its own code, which loads styles.
      lib: { entry, formats: ["es"] },
      rolldownOptions: { external: without, output: { minify: true } },
    },
  });
  const files = filesOf(built).filter((file) => file.type === "chunk");
  const chunks = new Map(files.map((file) => [file.fileName, file]));
  const wanted = new Set(files.filter(({ isEntry }) => isEntry).map(({ fileName }) => fileName));
  for (const name of wanted) for (const imported of chunks.get(name)?.imports ?? []) wanted.add(imported);
  const later = files.filter(({ fileName }) => !wanted.has(fileName));
  return {
    first: bytesOf([...wanted].map((name) => chunks.get(name)?.code).join("")),
    later: Object.fromEntries(later.map(({ name, code }) => [name, bytesOf(code)])),
  };
}
