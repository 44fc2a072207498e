import { join } from "node:path";
import { build } from "vite";
import { contentSecurityPolicy } from "../../../server/pages/chat-page.ts";
import { filesOf } from "../../support/bundle.ts";
import type { GatewayFile } from "../../support/gateway.ts";

const folder = join(import.meta.dirname, "../../../client-sdk/chat-page");

/** The files of a built page, by the path that they answer at. */
export type PageFiles = ReadonlyMap<string, GatewayFile>;

const types: Record<string, string> = {
  css: "text/css",
  html: "text/html; charset=utf-8",
  js: "text/javascript",
  svg: "image/svg+xml",
};

type Mode = "production" | "development";

const builds = new Map<Mode, Promise<PageFiles>>();

/**
 * The chat page as it is in the sources now: `index.html` at `/app`, with the rights that the server gives it, all else
 * below it. It is built once for all test files of a process.
 *
 * @param react which of its builds: Vitest sets a `NODE_ENV` that would choose the development one
 */
export function buildPage(react: Mode = "production"): Promise<PageFiles> {
  const built = builds.get(react) ?? buildOnce(react);
  builds.set(react, built);
  return built;
}

async function buildOnce(react: Mode): Promise<PageFiles> {
  const own = process.env["NODE_ENV"];
  process.env["NODE_ENV"] = react;
  const built = await build({
    configFile: join(folder, "vite.config.ts"),
    mode: react,
    logLevel: "error",
    build: { write: false },
  }).finally(() => (process.env["NODE_ENV"] = own));
  return new Map(
    filesOf(built).map((file) => {
      const type = types[file.fileName.split(".").at(-1) ?? ""] ?? "application/octet-stream";
      const body = "code" in file ? file.code : file.source;
      return file.fileName === "index.html"
        ? ["/app", { type, body, policy: contentSecurityPolicy }]
        : [`/app/${file.fileName}`, { type, body }];
    }),
  );
}
