import type { IncomingMessage } from "node:http";
import type { AppError } from "../domain/app-error.ts";

/** Called with each answered error and its request. The request of an error on a socket is the one that opened it. */
export type Report = (error: AppError, request?: IncomingMessage) => void;
