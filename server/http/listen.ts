import type { Server } from "node:http";
import type { AppError } from "../contract/app-error.ts";
import { toAppError } from "../domain/to-app-error.ts";
import { toListenError } from "./listen-error.ts";

/**
 * The number of connections that may wait to be accepted; the system may allow fewer. With Node's default of 511,
 * further connections of a reconnect storm wait until TCP retries, after a second: 2,000 clients that reconnected at
 * once had caught up after 2.5 s instead of 1.6 s.
 */
const backlog = 4096;

/** Starts to listen. @returns the address, with the actual port. @throws {ListenError} */
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
      // A connection that cannot be accepted (for lack of a file handle, say) must not end the process.
      server.on("error", (error) => report(toAppError(error)));
      const address = server.address();
      const taken = typeof address === "object" && address ? address.port : port;
      resolve(`http://${host.includes(":") ? `[${host}]` : host}:${taken}`);
    });
  });
}
