import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { connect, createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { canReadKernelSockets, connectionKey, readWaiting } from "../../server/http/kernel-sockets.ts";
import { makeOtherMachine } from "../support/network-namespace.ts";
import { createSession } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";

test.skipIf(!canReadKernelSockets)(
  "a stream whose peer's packets are lost is cut, and one whose peer only does not read is not [ALIVE-8]",
  async ({ skip }) => {
    const other = makeOtherMachine();
    skip(!other, "no network namespace can be made here");
    if (!other) return;
    const host = other.here;
    const { app, url } = await startApp({
      host,
      timeouts: { pingIntervalMs: 100, deadPeerMs: 1000, stallTimeoutMs: 600_000 },
    });
    await createSession(url, { id: "s" });
    const follow = async (path: string): Promise<ChildProcess> => {
      const child = spawn("env", [...other.prefix, "curl", "-sN", `${url}${path}`]);
      onTestFinished(() => void child.kill("SIGKILL"));
      await once(child.stdout, "data");
      return child;
    };
    const still = spawn("curl", ["-sN", `${url}/api/sessions/s/events/stream`]);
    onTestFinished(() => void still.kill("SIGKILL"));
    await once(still.stdout, "data");
    still.kill("SIGSTOP");
    await follow("/api/sessions/s/events/stream");
    await follow(`/trpc/session.onEvent?input=${encodeURIComponent('{"session_id":"s"}')}`);
    expect(app.counts().followers).toBe(3);
    other.loseAllPackets();
    await expect.poll(() => app.counts().followers).toBe(1);
    expect(still.exitCode).toBeNull();
  },
);

test.skipIf(!canReadKernelSockets)(
  "a connection is found in the system's table by either family's address [ALIVE-8]",
  async () => {
    for (const [listens, asked] of [
      ["127.0.0.1", "127.0.0.1"],
      ["::1", "::1"],
      ["::", "127.0.0.1"],
    ] as const) {
      const server = createServer();
      onTestFinished(() => void server.close());
      server.listen(0, listens);
      await once(server, "listening");
      const accepted = once(server, "connection") as Promise<[Socket]>;
      const client = connect((server.address() as AddressInfo).port, asked);
      onTestFinished(() => void client.destroy());
      // It reads nothing, so that what it is sent waits.
      client.pause();
      const [socket] = await accepted;
      onTestFinished(() => void socket.destroy());
      socket.write(Buffer.alloc(16 * 1024 * 1024));
      await expect
        .poll(async () => (await readWaiting()).get(connectionKey(socket))?.bytes ?? 0)
        .toBeGreaterThan(0);
    }
  },
);
