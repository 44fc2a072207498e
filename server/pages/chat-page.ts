import { readdirSync, readFileSync } from "node:fs";
import { basename, extname, join, relative, sep } from "node:path";
import { retryHeaders } from "../http/send.ts";
import type { Pages, StaticFile } from "../http/static-file.ts";
import { createStaticFile, withPolicy } from "../http/static-file.ts";
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

/**
 * The permissions of the page: it runs its own scripts, and connects to this server alone. Its libraries set styles of
 * elements.
 */
export const contentSecurityPolicy = [
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

const standIn = (head: string, sentence: string, retryAfterSeconds: number): StaticFile =>
  createStaticFile(
    types[".html"] ?? "",
    async () =>
      Buffer.from(
        `<!doctype html>\n<meta charset="utf-8">\n<link rel="icon" href="data:,">\n${head}<title>AI Desk</title>\n<p>${sentence}</p>\n`,
      ),
    { status: 503, headers: retryHeaders(["SERVICE_UNAVAILABLE"], retryAfterSeconds) },
  );

const beingBuilt = standIn(
  '<meta http-equiv="refresh" content="1">\n',
  "The chat page is being built. It loads by itself in a moment.",
  1,
);

const notBuilt = standIn(
  "",
  "The chat page is not built. Run <code>npm ci</code> and <code>npm run build:page</code> in the checkout, then load this page again.",
  60,
);

type ChatPageOptions = {
  /** Ends a running build. */
  stopping: AbortSignal;
  folder?: string;
  build?: (signal: AbortSignal) => Promise<void>;
};

/**
 * The chat page at `/app`, and its files at `/app/…`, from the folder into which they were built. The folder is read
 * when the page is first requested, and never again, so that all files belong to one build. If the folder has no page,
 * the page is built once, in a separate process, and no answer waits for it. If the build fails, an answer says how to
 * build the page.
 */
export function createChatPage({
  stopping,
  folder = builtFolder,
  build = buildChatPage,
}: ChatPageOptions): Pages {
  let files: ReadonlyMap<string, StaticFile> | undefined;
  let building: "not yet" | "now" | "done" = "not yet";

  function beginBuilding(): void {
    building = "now";
    void build(stopping).then(() => (building = "done"));
  }

  return {
    find(pathname) {
      if (pathname !== pagePath && !pathname.startsWith(`${pagePath}/`)) return undefined;
      files ??= readFolder(folder);
      if (files) return files.get(pathname);
      if (building === "not yet") beginBuilding();
      if (pathname !== pagePath) return undefined;
      return building === "done" ? notBuilt : beingBuilt;
    },
  };
}

/** @returns undefined if the folder has no page, or another process is changing it */
function readFolder(folder: string): ReadonlyMap<string, StaticFile> | undefined {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    const files = new Map(paths.map((path) => [addressOf(relative(folder, path)), toStaticFile(path)]));
    return files.has(pagePath) ? files : undefined;
  } catch {
    return undefined;
  }
}

/** The page names its files relative to its own address, which has no slash at its end: `app/…`. */
function addressOf(name: string): string {
  return name === "index.html" ? pagePath : `${pagePath}/${name.replaceAll(sep, "/")}`;
}

function toStaticFile(path: string): StaticFile {
  const body = readFileSync(path);
  return createStaticFile(
    types[extname(path)] ?? "application/octet-stream",
    () => Promise.resolve(body),
    basename(path) === "index.html" ? withPolicy(contentSecurityPolicy) : {},
  );
}
