import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { Collector } from "./readers.ts";

/** The treatment of a new connection: it is passed on, closed at once, or held silently. */
export type Treatment = "pass" | "refuse" | "hold";

/** A TCP proxy whose faults a test chooses. */
export type FaultyProxy = {
  readonly url: string;
  /** One entry for each connection. */
  readonly arrivals: Collector<Socket>;
  /** The number of open connections. */
  readonly open: number;
  /** Resolves when this many are open. */
  untilOpen(count: number): Promise<void>;
  treatment: Treatment;
  /** Bytes a second to the client; undefined is unlimited. */
  bytesPerSecond: number | undefined;
  /** Passes the connections on to another port. */
  aim(url: string): void;
  /** Ends the open connections. */
  cut(): void;
  /** The open connections stay open, and from now on all their bytes are dropped. */
  silence(): void;
};

/** @param url the server behind it. The proxy ends with the test. */
export async function startFaultyProxy(url: string): Promise<FaultyProxy> {
  let port = Number(new URL(url).port);
  const connections = new Set<{ client: Socket; isSilent: boolean }>();
  const counts = new Collector<number>();
  const arrivals = new Collector<Socket>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const connection = { client, isSilent: false };
    client.on("error", () => undefined);
    arrivals.add(client);
    if (proxy.treatment === "refuse") return void client.destroy();
    connections.add(connection);
    counts.add(connections.size);
    client.on("close", () => {
      connections.delete(connection);
      counts.add(connections.size);
    });
    if (proxy.treatment === "hold") return void client.resume();
    const upstream = connect(port, "127.0.0.1");
    upstream.on("error", () => undefined);
    upstream.on("close", () => connection.isSilent || client.destroy());
    client.on("close", () => upstream.destroy());
    client.on("data", (bytes) => connection.isSilent || upstream.write(bytes));
    client.on("end", () => connection.isSilent || upstream.end());
    void passSlowly(upstream, client, connection);
    return undefined;
  });

  async function passSlowly(from: Socket, to: Socket, connection: { isSilent: boolean }): Promise<void> {
    try {
      for await (const bytes of from as AsyncIterable<Buffer>) {
        for (let at = 0; at < bytes.length;) {
          const { bytesPerSecond } = proxy;
          const step = bytesPerSecond === undefined ? bytes.length : Math.ceil(bytesPerSecond / 50);
          if (bytesPerSecond !== undefined) await sleep(20);
          if (!connection.isSilent && !to.destroyed) to.write(bytes.subarray(at, at + step));
          at += step;
        }
      }
    } catch {
      // The connection is cut.
    }
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    proxy.cut();
    server.close();
  });
  const proxy: FaultyProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrivals,
    get open() {
      return connections.size;
    },
    async untilOpen(count) {
      await counts.until(() => connections.size === count);
    },
    treatment: "pass",
    bytesPerSecond: undefined,
    aim: (next) => (port = Number(new URL(next).port)),
    cut() {
      for (const { client } of connections) client.destroy();
    },
    silence() {
      for (const connection of connections) connection.isSilent = true;
    },
  };
  return proxy;
}
