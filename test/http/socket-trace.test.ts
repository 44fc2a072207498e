import { once } from "node:events";
import { queryObjects } from "node:v8";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { TracedRequest } from "../../server/http/traced-request.ts";
import { createSession } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";

test.each(["/ws/s", "/ws/s?events=all", "/trpc"])(
  "an open WebSocket at %s keeps the names of its request for the log, and not the request",
  async (path) => {
    const { url, wsUrl, log } = await startApp({ logLevel: "info", expectsFailures: true });
    await createSession(url, { id: "s" });
    const sockets = Array.from({ length: 10 }, (_, index) => {
      const headers = { "x-request-id": `request-${index}`, "x-more": "x".repeat(1000) };
      return new WebSocket(`${wsUrl}${path}`, { headers });
    });
    await Promise.all(sockets.map((socket) => once(socket, "open")));
    await expect
      .poll(() => queryObjects(TracedRequest, { format: "count" }))
      // The last one may be held by the parser that read it.
      .toBeLessThanOrEqual(1);
    for (const socket of sockets) socket.close(1000);
    const linesOf = (what: string): string[] => log.filter((line) => line.includes(what));
    await expect.poll(() => linesOf("socket closed").length).toBe(sockets.length);
    for (const index of sockets.keys()) {
      const [opened, closed] = log
        .filter((line) => line.includes(`"request-${index}"`))
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      const names = {
        id: `request-${index}`,
        method: "GET",
        peer: "127.0.0.1",
        route: path.split("?")[0]?.replace("/s", "/{session_id}"),
      };
      expect(opened).toMatchObject({ ...names, msg: "socket opened" });
      expect(closed).toMatchObject({ ...names, msg: "socket closed", closeCode: 1000 });
    }
  },
);
