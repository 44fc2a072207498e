import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Account, BufferedClient } from "./buffer-account.ts";
import type { BufferBudget } from "./buffer-budget.ts";

const accounts = new WeakMap<Duplex, Account>();

class ConnectedClient implements BufferedClient {
  readonly #connection: Socket;

  constructor(connection: Socket) {
    this.#connection = connection;
  }

  get movedBytes(): number {
    return this.#connection.bytesRead + takenBytes(this.#connection);
  }

  get isClear(): boolean {
    return this.#connection.writableLength === 0;
  }

  cut(): void {
    this.#connection.destroy();
  }
}

/** Opens the account of a connection. It is closed together with the connection. */
export function openAccount(budget: BufferBudget, connection: Socket): Account {
  const account = budget.open(new ConnectedClient(connection));
  accounts.set(connection, account);
  connection.on("close", closeAccount);
  return account;
}

function closeAccount(this: Socket): void {
  accounts.get(this)?.close();
}

/** The account of a connection, if there is a budget. */
export function accountOf(connection: Duplex | null): Account | undefined {
  return connection ? accounts.get(connection) : undefined;
}

/** The property of a Node socket that holds the operating system's handle. */
const handleName = "_handle";

type Handle = { bytesWritten?: number; writeQueueSize?: number };

/** The number of a connection's written bytes that the operating system has taken. */
export function takenBytes(connection: Socket): number {
  // The socket itself counts a large write only once all of it is taken.
  const { [handleName]: handle } = connection as unknown as { [handleName]?: Handle | null };
  return handle?.bytesWritten === undefined
    ? connection.bytesWritten - connection.writableLength
    : handle.bytesWritten - (handle.writeQueueSize ?? 0);
}
