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
 * Finds the TCP sockets of Node's own WebSockets. `close()` of such a WebSocket waits for a dead peer, and its TCP
 * socket keeps the process alive for that time.
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

/** Notes that this WebSocket is open. Call it within its `open` event. */
export function noteOpen(webSocket: object): void {
  opened.webSocket = webSocket;
  pair();
}

/**
 * Notes that this WebSocket is closing, and must not keep the process alive. If its peer is dead, its TCP socket is
 * closed at once.
 */
export function releaseSocket(webSocket: object, isDead: boolean): void {
  const socket = socketOf.get(webSocket);
  if (isDead) socket?.destroy();
  else socket?.unref();
}

/** Node 22 does not say which TCP socket belongs to which WebSocket, but reports both within one task. */
function pair(): void {
  const { socket, webSocket } = opened;
  if (socket && webSocket) socketOf.set(webSocket, socket);
  queueMicrotask(() => {
    opened.socket = opened.webSocket = undefined;
  });
}
