import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * Listens on a free port and says where, in the line that the benchmark waits for. With Node's own backlog of 511 a storm of
 * connections would wait for the second in which TCP tries again.
 */
export function listen(server: Server): void {
  server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => {
    const { port } = server.address() as AddressInfo;
    process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
  });
}
