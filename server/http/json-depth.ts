import { limits } from "../contract/limits.ts";
import { AppError } from "../contract/app-error.ts";

/** A shorter text cannot nest more levels than are allowed. */
const shortChars = 2 * limits.jsonDepth;

/**
 * Asserts that JSON from a client nests at most {@link limits.jsonDepth} levels, before it is parsed: the parser takes
 * a hundred times as long for a body of 300,000 levels as for one of 200,000 values side by side.
 *
 * @param what the text, as the subject of a sentence
 * @throws {AppError} BAD_REQUEST
 */
export function assertShallow(text: string, what: string): void {
  if (text.length <= shortChars) return;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfString(text, at);
    else if (code === openBracket || code === openBrace) depth += 1;
    else if (code === closeBracket || code === closeBrace) depth -= 1;
    if (depth > limits.jsonDepth) {
      throw new AppError("BAD_REQUEST", `${what} nests deeper than ${limits.jsonDepth} levels.`);
    }
  }
}

const quote = 0x22;
const backslash = 0x5c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** The index at which the string that begins at `start` ends. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === backslash) escapes += 1;
    if (escapes % 2 === 0) return end;
  }
  return text.length;
}
