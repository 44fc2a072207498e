import { once } from "node:events";
import { createServer, request as ask } from "node:http";
import { onTestFinished } from "vitest";

/**
 * A reverse proxy that serves `url` under a path prefix, as a proxy in front of several programs does. It removes the
 * prefix and does not change anything else. It ends with the test.
 *
 * @returns the address with the prefix.
 */
export async function startPrefixProxy(url: string, prefix: string): Promise<string> {
  const server = createServer((request, response) => {
    if (!request.url?.startsWith(`${prefix}/`)) {
      response.writeHead(404).end("outside of the prefix");
      return;
    }
    const { method, headers } = request;
    const upstream = ask(url + request.url.slice(prefix.length), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    upstream.on("error", () => response.destroy());
    request.pipe(upstream);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The proxy has no port.");
  return `http://127.0.0.1:${address.port}${prefix}`;
}
