import type { Server } from "node:http";
import type { AppError } from "../domain/app-error.ts";
import { toAppError } from "../domain/app-error.ts";
import { toListenError } from "./listen-error.ts";

/**
 * How many connections may wait to be taken; the system may allow fewer. With Node's own 511 those of a storm beyond that
 * wait for the second in which TCP tries again: 2,000 that came back at once had all caught up after 2.5 s, and not 1.6.
 */
const backlog = 4096;

/** Starts to listen. @returns the address, with the port that was taken. @throws {ListenError} */
export function listen(
  server: Server,
  { host, port }: { host: string; port: number },
  report: (error: AppError) => void,
): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(toListenError(error, { host, port }));
    });
    server.listen({ port, host, backlog }, () => {
      server.removeAllListeners("error");
      // A connection that cannot be taken (no file handle left, say) is no reason to end those that are open.
      server.on("error", (error) => report(toAppError(error)));
      const address = server.address();
      const taken = typeof address === "object" && address ? address.port : port;
      resolve(`http://${host.includes(":") ? `[${host}]` : host}:${taken}`);
    });
  });
}
