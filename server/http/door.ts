import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { AppError } from "../contract/app-error.ts";
import type { RequestTarget } from "./request-target.ts";

/** A transport adapter: it serves the operations at its addresses, each in the door's own protocol. */
export type Door = {
  /** The addresses of this door, as paths. */
  readonly at: RegExp;
  /** The methods of an address; none if nothing is there. */
  methodsAt(target: RequestTarget): readonly string[];
  /** Answers a request. Never rejects. */
  answer(request: IncomingMessage, response: ServerResponse, target: RequestTarget): Promise<void>;
  /** Answers with an error that came up before the door was asked, where the door's errors have a form of their own. */
  refuse?(response: ServerResponse, error: AppError): void;
  /** The WebSockets of the door, where it has any. */
  readonly sockets?: DoorSockets;
};

export type DoorSockets = {
  /** Their address as it is documented, such as `/ws/{session_id}`. */
  readonly route: string;
  /** The addresses at which a WebSocket is opened, as paths. */
  readonly at: RegExp;
  /**
   * Takes over a connection whose request has been admitted.
   *
   * @throws {AppError} The connection is still plain HTTP then, and the caller answers it
   */
  upgrade(
    request: IncomingMessage,
    connection: Duplex,
    head: Buffer,
    target: RequestTarget,
  ): void | Promise<void>;
  /** Asks the clients to come back elsewhere, and closes their sockets with 1012. */
  close(): void;
  /** How many are open. */
  readonly size: number;
};
