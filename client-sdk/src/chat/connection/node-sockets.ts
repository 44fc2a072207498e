type TcpSocket = {
  localPort?: number;
  unref(): void;
  destroy(): void;
  once(event: "close", listener: () => void): void;
};
type Channel = { subscribe(name: string, listener: (message: never) => void): void };
type NodeProcess = { getBuiltinModule?: (name: "node:diagnostics_channel") => Channel };

const sockets = new Map<number | undefined, TcpSocket>();
const socketOf = new WeakMap<object, TcpSocket>();
const opened: { socket?: TcpSocket | undefined; webSocket?: object | undefined } = {};
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
  channel.subscribe("undici:client:connected", ({ socket }: { socket: TcpSocket }) => {
    const { localPort } = socket;
    sockets.set(localPort, socket);
    socket.once("close", () => sockets.delete(localPort));
  });
  type Opened = { address?: { port: number } };
  channel.subscribe("undici:websocket:open", ({ address }: Opened) => {
    opened.socket = sockets.get(address?.port);
    pair();
  });
}

/** This WebSocket is open: called within its `open` event. */
export function noteOpen(webSocket: object): void {
  opened.webSocket = webSocket;
  pair();
}

/** This WebSocket is closing, and keeps the process alive no longer. That of a peer that is gone is closed at once. */
export function releaseSocket(webSocket: object, isDead: boolean): void {
  const socket = socketOf.get(webSocket);
  if (isDead) socket?.destroy();
  else socket?.unref();
}

/** Node 22 does not say which WebSocket a socket belongs to, but both are told of in one task. */
function pair(): void {
  const { socket, webSocket } = opened;
  if (socket && webSocket) socketOf.set(webSocket, socket);
  queueMicrotask(() => {
    opened.socket = opened.webSocket = undefined;
  });
}
