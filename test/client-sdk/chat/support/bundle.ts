import { resolve } from "node:path";
import { build } from "vite";

/** The code of a module of the client and all that it imports at once, minified, as a script that defines `AIDesk`. */
export async function bundle(module: string): Promise<string> {
  const entry = resolve(import.meta.dirname, "../../../../client-sdk/src/chat", module);
  const result = await build({
    configFile: false,
    logLevel: "silent",
    build: {
      write: false,
      minify: true,
      target: "es2022",
      lib: { entry, name: "AIDesk", formats: ["iife"] },
    },
  });
  const [output] = Array.isArray(result) ? result : [result];
  if (output === undefined || !("output" in output)) throw new Error("There is no bundle.");
  return output.output[0].code;
}
