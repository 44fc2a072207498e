import type { ServerResponse } from "node:http";
import { AppError } from "../contract/app-error.ts";
import { sendError } from "./send.ts";

/** Answers a plain request for an address that only serves a WebSocket. */
export function sendUpgradeRequired(response: ServerResponse): void {
  const { method } = response.req;
  if (method !== "GET" && method !== "HEAD") {
    const error = new AppError(
      "METHOD_NOT_SUPPORTED",
      `A WebSocket is opened here, by GET and not by ${method}.`,
    );
    return sendError(response, error, { allow: "GET" });
  }
  const error = new AppError(
    "UPGRADE_REQUIRED",
    "A WebSocket is opened here, and the request does not ask for one: if its client did, a proxy on the way " +
      "dropped the headers Upgrade and Connection, and has to pass them on, over HTTP/1.1.",
  );
  const persistence = response.shouldKeepAlive ? "keep-alive" : "close";
  sendError(response, error, { upgrade: "websocket", connection: `${persistence}, upgrade` });
}
