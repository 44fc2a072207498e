import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { extname, join, sep } from "node:path";
import type { Pages, StaticFile } from "../http/static-file.ts";
import { createStaticFile } from "../http/static-file.ts";
import { buildChatPage } from "./build-chat-page.ts";

const pagePath = "/app";

const builtFolder = join(import.meta.dirname, "../../client-sdk/chat-page/dist");

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
};

/** The rights of the page: to run its own scripts, and to speak to this server alone. Its libraries set styles of elements. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join("; ");

const standIn = (head: string, sentence: string): StaticFile =>
  createStaticFile(
    types[".html"] ?? "",
    async () =>
      Buffer.from(
        `<!doctype html>\n<meta charset="utf-8">\n${head}<title>AI Desk</title>\n<p>${sentence}</p>\n`,
      ),
    { status: 503 },
  );

const beingBuilt = standIn(
  '<meta http-equiv="refresh" content="1">\n',
  "The chat page is being built. It loads by itself in a moment.",
);

const notBuilt = standIn(
  "",
  "The chat page is not built. Run <code>npm ci</code> and <code>npm run build:page</code> in the checkout, then load this page again.",
);

/**
 * The chat page at `/app`, and its files at `/app/…`, from the folder that they were built into. The folder is read when the page
 * is first asked for. Where it has no page, the page is built, once and apart: no answer waits for it. Where it cannot be built, an
 * answer says how.
 */
export function createChatPage(folder = builtFolder, build = buildChatPage): Pages {
  let files: ReadonlyMap<string, StaticFile> | undefined;
  let building: "not yet" | "now" | "done" = "not yet";

  function beginBuilding(): void {
    building = "now";
    void build().then(() => (building = "done"));
  }

  function readFolder(): ReadonlyMap<string, StaticFile> | undefined {
    const names = listFiles(folder);
    if (!names.includes("index.html")) return undefined;
    return new Map(names.map((name) => [addressOf(name), toStaticFile(folder, name)]));
  }

  return {
    find(pathname) {
      if (pathname !== pagePath && !pathname.startsWith(`${pagePath}/`)) return undefined;
      files ??= readFolder();
      if (files) return files.get(pathname);
      if (building === "not yet") beginBuilding();
      if (pathname !== pagePath) return undefined;
      return building === "done" ? notBuilt : beingBuilt;
    },
  };
}

/** Its files are named relative to the page, which has no slash at its end: `app/…`. */
function addressOf(name: string): string {
  return name === "index.html" ? pagePath : `${pagePath}/${name.replaceAll(sep, "/")}`;
}

function listFiles(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  } catch {
    return [];
  }
}

function toStaticFile(folder: string, name: string): StaticFile {
  const type = types[extname(name)] ?? "application/octet-stream";
  return createStaticFile(
    type,
    () => readFile(join(folder, name)),
    name === "index.html" ? { contentSecurityPolicy } : {},
  );
}
