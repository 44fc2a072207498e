import { hash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { answerHeaders } from "./send.ts";

/** A file that is served unchanged. */
export type StaticFile = {
  /** 200, unless the file replaces a missing one. */
  status: number;
  headers: Readonly<Record<string, string>>;
  plain(): Promise<Representation>;
  gzipped(): Promise<Representation>;
};

/** Files that are served at fixed addresses. */
export type Pages = {
  /** The file at exactly this path, or undefined. */
  find(pathname: string): StaticFile | undefined;
};

type Representation = { body: Buffer; etag: string };

const compress = promisify(gzip);

/** @param read called at the first use, and again only if it failed */
export function createStaticFile(
  contentType: string,
  read: () => Promise<Buffer>,
  { headers = {}, status = 200 }: Partial<Pick<StaticFile, "headers" | "status">> = {},
): StaticFile {
  const plain = makeOnce(async () => represent(await read()));
  return {
    status,
    headers: {
      "content-type": contentType,
      // The addresses are the same in every version: without revalidation a page could mix two versions.
      "cache-control": "no-cache",
      "referrer-policy": "no-referrer",
      ...headers,
    },
    plain,
    gzipped: makeOnce(async () => represent(await compress((await plain()).body))),
  };
}

/** The options of a page with a content security policy. */
export function withPolicy(policy: string): Pick<StaticFile, "headers"> {
  return { headers: { "content-security-policy": policy } };
}

/** Answers a GET or a HEAD, with 304 if the client has the same bytes. Rejects if the file cannot be read. */
export async function answerStatic(
  request: IncomingMessage,
  response: ServerResponse,
  file: StaticFile,
): Promise<void> {
  const zipped = acceptsGzip(request.headers["accept-encoding"]);
  const { body, etag } = await (zipped ? file.gzipped() : file.plain());
  // Appended, because CORS may have set this header too.
  response.appendHeader("vary", "Accept-Encoding");
  const headers = { ...answerHeaders(request), ...file.headers, etag };
  if (file.status === 200 && namesTag(request.headers["if-none-match"], etag)) {
    response.writeHead(304, headers).end();
    return;
  }
  response.writeHead(file.status, {
    ...headers,
    "content-length": body.length,
    ...(zipped && { "content-encoding": "gzip" }),
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

function represent(body: Buffer): Representation {
  return { body, etag: `"${hash("sha256", body, "base64url")}"` };
}

/** Shares one run among all callers. Forgets a failed run, so that the next caller tries again. */
function makeOnce<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

function acceptsGzip(acceptEncoding = ""): boolean {
  const gzipEntry = acceptEncoding.split(",").find((entry) => /^\s*(?:x-)?gzip\s*(?:;|$)/i.test(entry));
  return gzipEntry !== undefined && !/;\s*q=0(?:\.0*)?\s*$/i.test(gzipEntry);
}

/** `If-None-Match` compares weakly (RFC 9110 §13.1.2): proxies that recompress an answer weaken its tag. */
function namesTag(ifNoneMatch: string | undefined, etag: string): boolean {
  const tags = ifNoneMatch?.split(",").map((tag) => tag.trim().replace(/^W\//, "")) ?? [];
  return tags.includes(etag) || tags.includes("*");
}
