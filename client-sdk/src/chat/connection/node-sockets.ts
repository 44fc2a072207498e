type Unrefable = { localPort?: number; unref(): void; once(event: "close", listener: () => void): void };
type Channel = { subscribe(name: string, listener: (message: never) => void): void };
type NodeProcess = { getBuiltinModule?: (name: "node:diagnostics_channel") => Channel };

const sockets = new Map<number | undefined, Unrefable>();
const socketOf = new WeakMap<object, Unrefable>();
let isWatching = false;

/**
 * Finds the TCP sockets beneath the WebSockets of Node itself. `close()` of such a WebSocket waits for a peer that is gone, and
 * for that time its socket keeps the process alive.
 */
export function watchNodeSockets(): void {
  const { process } = globalThis as { process?: NodeProcess };
  const channel = process?.getBuiltinModule?.("node:diagnostics_channel");
  if (isWatching || !channel) return;
  isWatching = true;
  channel.subscribe("undici:client:connected", ({ socket }: { socket: Unrefable }) => {
    const { localPort } = socket;
    sockets.set(localPort, socket);
    socket.once("close", () => sockets.delete(localPort));
  });
  type Opened = { address?: { port: number }; websocket?: object };
  channel.subscribe("undici:websocket:open", ({ address, websocket }: Opened) => {
    const socket = sockets.get(address?.port);
    if (websocket && socket) socketOf.set(websocket, socket);
  });
}

/** The socket of this WebSocket keeps the process alive no longer. */
export function unrefNodeSocket(webSocket: object): void {
  socketOf.get(webSocket)?.unref();
}
