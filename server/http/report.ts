import type { AppError } from "../contract/app-error.ts";
import type { Traced } from "./traced-request.ts";

/** Called with each answered error and its request. The request of an error on a socket is the one that opened it. */
export type Report = (error: AppError, request?: Traced) => void;
