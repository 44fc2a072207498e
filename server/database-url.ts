import { fileURLToPath } from "node:url";

/** An invalid `DATABASE_URL`. The message is the reason: a clause that follows the value. */
export class DatabaseUrlError extends Error {
  override readonly name = "DatabaseUrlError";
}

/**
 * The path in a `file:` URL: relative (`file:data/chat.db`) or absolute (`file:/data/chat.db`, `file:///data/chat.db`).
 * All forms are percent-decoded.
 *
 * @throws {DatabaseUrlError} for any other text, and for a path that is probably a mistake
 */
export function readDatabaseUrl(url: string): string {
  if (!/^file:/i.test(url)) throw new DatabaseUrlError(hintForOther(url));
  if (/[?#]/.test(url)) {
    throw new DatabaseUrlError(
      "it takes no parameters after ? or #; in a file's name they are written %3F and %23",
    );
  }
  const path = decode(url);
  refuseOddPath(path);
  return path;
}

function hintForOther(url: string): string {
  const [, path = url] = /^sqlite3?(?:\+\w+)?:(?:\/\/\/)?(.*)$/i.exec(url) ?? [];
  if (path.includes(":memory:")) return "the history is kept in a file, never in memory alone";
  if (/^[\w+.-]{2,}:/.test(path)) return "only files are supported";
  if (/^\/*$/.test(path)) return "the path is missing";
  // Text that does not look like a path may contain a secret.
  return /[@=?#\s]/.test(path) ? "write file: and the path of the file" : `write file:${path}`;
}

function decode(url: string): string {
  const rest = url.slice("file:".length);
  if (/%(?![\da-f]{2})/i.test(rest)) {
    throw new DatabaseUrlError("a % in the path begins a percent-escape; a % itself is written %25");
  }
  if (/%2f/i.test(rest)) throw new DatabaseUrlError("a / within a file's name is not possible");
  try {
    return rest.startsWith("//") ? fileURLToPath(url) : decodeURIComponent(rest);
  } catch (error) {
    throw new DatabaseUrlError(
      error instanceof URIError
        ? "its percent-escapes are no UTF-8"
        : "a URL with // names an absolute path, such as file:///data/ai_desk.db; a relative one is file:ai_desk.db",
    );
  }
}

/** Refuses paths that would create a new, empty database in an unintended place. */
function refuseOddPath(path: string): void {
  const fault = oddity(path);
  if (fault !== undefined) throw new DatabaseUrlError(fault);
}

function oddity(path: string): string | undefined {
  if (path === "") return "the path is missing";
  if (path.startsWith(":memory:")) return "the history is kept in a file, never in memory alone";
  if (/[\0-\x1f\x7f]/.test(path)) return "the path has a control character";
  if (path.startsWith("~")) return "~ is a shell's word for the home folder; write the path in full";
  if (/\$(?:\{|[A-Za-z_])|%[A-Za-z_]+%/.test(path))
    return "variables are not expanded; write the path in full";
  if (/(?:^|\/)\.{0,2}$/.test(path)) return "it names a folder; add the name of a file in it";
  if (process.platform !== "win32" && path.includes("\\")) return "folders are separated by /, not by \\";
  return undefined;
}
