import type { AppError } from "../contract/app-error.ts";
import type { Traced } from "./traced-request.ts";

/**
 * Called with each error that is answered, and its request. For an error on a socket that is the request that opened
 * the socket.
 */
export type Report = (error: AppError, request?: Traced) => void;
