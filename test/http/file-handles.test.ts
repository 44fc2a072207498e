import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { serverCommand } from "../support/server-command.ts";
import { startServer } from "../support/start-server.ts";

const isLinux = process.platform === "linux";

test.skipIf(!isLinux)(
  `when file handles run out, one warning says so and what to do${isLinux ? "" : " (skipped: it needs Linux)"}`,
  async () => {
    const limited = ["sh", "-c", 'ulimit -n 64; exec "$@"', "sh", ...serverCommand()];
    const server = await startServer({}, { launch: limited });
    expect(readFileSync(`/proc/${server.process.pid}/limits`, "utf8")).toMatch(/Max open files +64 /);
    const warnings = (): unknown[] => server.log.filter(({ level }) => level === 40);
    const sockets: Socket[] = [];
    onTestFinished(() => sockets.forEach((socket) => void socket.destroy()));
    while (warnings().length === 0 && sockets.length < 100) {
      const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
      socket.on("error", () => undefined);
      sockets.push(socket);
      await once(socket, "connect");
      // Its line is on its way when the next connection is answered or refused.
      await new Promise(setImmediate);
    }
    await expect
      .poll(warnings)
      .toMatchObject([{ limit: 64, msg: expect.stringContaining("LimitNOFILE") as string }]);
    sockets.forEach((socket) => void socket.destroy());
    await expect.poll(async () => (await fetch(server.url).catch(() => undefined))?.status).toBe(200);
    expect(warnings()).toHaveLength(1);
  },
);
