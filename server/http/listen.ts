import type { Server } from "node:http";
import type { AppError } from "../contract/app-error.ts";
import { toAppError } from "../domain/to-app-error.ts";
import { toListenError } from "./listen-error.ts";

/**
 * How many connections may wait to be accepted; the system may allow fewer. With Node's default of 511 the others of a storm
 * wait until TCP tries again, after a second: 2,000 clients that came back at once had caught up after 2.5 s instead of 1.6.
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
      // A connection that cannot be accepted (without a free file handle, say) must not end the process.
      server.on("error", (error) => report(toAppError(error)));
      const address = server.address();
      const taken = typeof address === "object" && address ? address.port : port;
      resolve(`http://${host.includes(":") ? `[${host}]` : host}:${taken}`);
    });
  });
}
