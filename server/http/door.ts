import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { AppError } from "../contract/app-error.ts";
import type { RequestTarget } from "./request-target.ts";

/** A transport adapter: it serves the operations at its addresses, in its own protocol. */
export type Door = {
  /** The addresses of this door, as paths. */
  readonly at: RegExp;
  /** The methods of an address; none if the address does not exist. */
  methodsAt(target: RequestTarget): readonly string[];
  /** Answers a request. Never rejects. */
  answer(request: IncomingMessage, response: ServerResponse, target: RequestTarget): Promise<void>;
  /**
   * Answers with an error that occurred before the door was called. Only for a door whose errors have a form of their
   * own.
   */
  refuse?(response: ServerResponse, error: AppError): void;
  /** The WebSockets of the door, if it has any. */
  readonly sockets?: DoorSockets;
};

export type DoorSockets = {
  /** The documented address, such as `/ws/{session_id}`. */
  readonly route: string;
  /** The addresses at which a WebSocket is opened, as paths. */
  readonly at: RegExp;
  /**
   * Takes over a connection whose request has been admitted.
   *
   * @throws {AppError} if it refuses. The connection is still plain HTTP then, and the caller answers it
   */
  upgrade(
    request: IncomingMessage,
    connection: Duplex,
    head: Buffer,
    target: RequestTarget,
  ): void | Promise<void>;
  /** Asks the clients to reconnect, and closes their sockets with 1012. */
  close(): void;
  /** The number of open sockets. */
  readonly size: number;
};
