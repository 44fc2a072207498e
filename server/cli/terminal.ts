import { resolve } from "node:path";
import { prettyFactory } from "pino-pretty";

/** The facts about a started server that an operator needs first. */
export type Started = { url: string; databaseFile: string };

/** The addresses of a server, and a command whose message appears on the chat page. */
export function describeStarted({ url, databaseFile }: Started): string {
  const base = toLocal(url);
  return `
  page       ${base}/app
  docs       ${base}/docs
  API        ${base}/api/sessions
  data file  ${resolve(databaseFile)}

  This makes a message appear on the page:
  ${describeFirstMessage(base)}

`;
}

/** A command of two requests: the first creates a session, or finds it. Each body is one of the documented API. */
function describeFirstMessage(base: string): string {
  const session = JSON.stringify({ id: "hello", title: "Hello" });
  const message = JSON.stringify({ content: "Hello from curl", sender: "user" });
  const post = (body: string, path: string): string =>
    `-H 'Content-Type: application/json' -d '${body}' ${base}${path}`;
  return `curl ${post(session, "/api/sessions")} --next ${post(message, "/api/sessions/hello/messages")}`;
}

/** An address that a browser on this machine can open. The server's own address may be that of all interfaces. */
function toLocal(url: string): string {
  return url.replace(/\/\/(?:0\.0\.0\.0|\[::\]):/, "//localhost:");
}

/**
 * Turns lines of the log, which are JSON, into readable lines.
 *
 * @param isColored whether the terminal shows colors
 */
export function createLinePrinter({ isColored }: { isColored: boolean }): (line: string) => string {
  return prettyFactory({
    colorize: isColored,
    ignore: "pid,hostname",
    singleLine: true,
    translateTime: "SYS:HH:MM:ss",
  });
}
