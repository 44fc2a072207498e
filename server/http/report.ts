import type { IncomingMessage } from "node:http";
import type { AppError } from "../domain/app-error.ts";

/** Is told of each error that is answered, and of the request, or of the one that the socket began with. */
export type Report = (error: AppError, request?: IncomingMessage) => void;
