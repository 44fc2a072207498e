import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { contentPolicy } from "./docs/content-policy.ts";
import type { Pages, StaticFile } from "../http/static-file.ts";
import { createStaticFile, withPolicy } from "../http/static-file.ts";

const html = "text/html; charset=utf-8";
const javascript = "text/javascript; charset=utf-8";
const css = "text/css; charset=utf-8";
const text = "text/plain; charset=utf-8";
const svg = "image/svg+xml";

/**
 * Swagger UI at `/docs` and ReDoc at `/redoc`, from the files of this installation. Each file is read from disk at its
 * first request. Only the files named here are served, so no path can lead out of these folders.
 */
export function createDocsPages(): Pages {
  const icon = createStaticFile(svg, own("icon.svg"));
  const files = new Map<string, StaticFile>([
    ["/docs", createStaticFile(html, own("swagger.html"), withPolicy(contentPolicy.swagger))],
    ["/docs/icon.svg", icon],
    ["/docs/page.css", createStaticFile(css, own("swagger-page.css"))],
    ["/docs/start.js", createStaticFile(javascript, own("start-swagger.js"))],
    ["/docs/swagger-ui.css", createStaticFile(css, fromSwagger("swagger-ui.css"))],
    ["/docs/swagger-ui-bundle.js", createStaticFile(javascript, fromSwagger("swagger-ui-bundle.js"))],
    [
      "/docs/swagger-ui-bundle.js.LICENSE.txt",
      createStaticFile(text, fromSwagger("swagger-ui-bundle.js.LICENSE.txt")),
    ],
    ["/redoc", createStaticFile(html, own("redoc.html"), withPolicy(contentPolicy.redoc))],
    ["/redoc/icon.svg", icon],
    ["/redoc/page.css", createStaticFile(css, own("redoc-page.css"))],
    ["/redoc/start.js", createStaticFile(javascript, own("start-redoc.js"))],
    ["/redoc/redoc.standalone.js", createStaticFile(javascript, readRedoc)],
    [
      "/redoc/redoc.standalone.js.LICENSE.txt",
      createStaticFile(text, vendored("redoc.standalone.js.LICENSE.txt")),
    ],
  ]);
  return { find: (pathname) => files.get(pathname) };
}

type Read = () => Promise<Buffer>;

function own(name: string): Read {
  return () => readFile(new URL(`docs/${name}`, import.meta.url));
}

function vendored(name: string): Read {
  return () => readFile(new URL(`vendor/redoc/${name}`, import.meta.url));
}

function fromSwagger(name: string): Read {
  return async () => {
    const path = createRequire(import.meta.url).resolve(`swagger-ui-dist/${name}`);
    return Buffer.from(withoutSourceMap(await readFile(path, "utf8")));
  };
}

/**
 * ReDoc shows a logo from its maker's server and has no option to disable it. With an empty image it shows only the
 * words. The vendored file stays as published, so that anyone can compare the two.
 */
async function readRedoc(): Promise<Buffer> {
  const script = (await vendored("redoc.standalone.js")()).toString();
  return Buffer.from(withoutSourceMap(script.replace("https://cdn.redoc.ly/redoc/logo-mini.svg", "data:,")));
}

/**
 * The source maps are larger than the programs and are not served. A program that named one would cause a 404 in every
 * open debugger.
 */
function withoutSourceMap(program: string): string {
  return program.replace(/(?:\/\/|\/\*)# sourceMappingURL=\S+\s*$/, "");
}
