import { join } from "node:path";
import type { InlineConfig } from "vite";
import { build } from "vite";

const folder = join(import.meta.dirname, "../../../client-sdk/chat-page");

/** The files of a built page, by the path that they answer at. */
export type PageFiles = ReadonlyMap<string, { type: string; body: string | Uint8Array }>;

const types: Record<string, string> = {
  css: "text/css",
  html: "text/html; charset=utf-8",
  js: "text/javascript",
  svg: "image/svg+xml",
};

/** The chat page as it is in the sources now: `index.html` at `/app`, all else below it. */
export async function buildPage(config: InlineConfig = {}): Promise<PageFiles> {
  const built = await build({
    configFile: join(folder, "vite.config.ts"),
    logLevel: "error",
    ...config,
    build: { write: false, ...config.build },
  });
  const outputs = Array.isArray(built) ? built : "output" in built ? [built] : [];
  return new Map(
    outputs
      .flatMap(({ output }) => output)
      .map((file) => {
        const path = file.fileName === "index.html" ? "/app" : `/app/${file.fileName}`;
        const type = types[file.fileName.split(".").at(-1) ?? ""] ?? "application/octet-stream";
        return [path, { type, body: "code" in file ? file.code : file.source }];
      }),
  );
}
