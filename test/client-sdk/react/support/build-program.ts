import { join } from "node:path";
import { build } from "vite";
import { filesOf } from "../../../support/bundle.ts";

const root = join(import.meta.dirname, "../../../..");

/** A program for a browser as one script, over React's development build, where StrictMode does everything twice. */
export async function buildProgram(entry: string): Promise<string> {
  const built = await build({
    configFile: join(root, "client-sdk/chat-page/vite.config.ts"),
    mode: "development",
    logLevel: "error",
    define: { "process.env.NODE_ENV": '"development"' },
    build: { write: false, minify: false, rolldownOptions: { input: entry } },
  });
  const scripts = filesOf(built).flatMap((file) => ("code" in file ? [file.code] : []));
  if (scripts.length !== 1) throw new Error(`${entry} has ${scripts.length} scripts.`);
  return scripts.join("");
}
