export type { Client, ClientOptions } from "./create-client.ts";
export { createClient } from "./create-client.ts";
export type { LiveEvent, Message, RouterInputs, RouterOutputs, Session } from "./types.ts";
export type { AppRouter } from "../../server/trpc/router.ts";
export type { ErrorCode } from "../../server/contract/error-codes.ts";
export { errorCodes } from "../../server/contract/error-codes.ts";
export { closeCodes } from "../../server/contract/close-codes.ts";
export { limits } from "../../server/contract/limits.ts";
