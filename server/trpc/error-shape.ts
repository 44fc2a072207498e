import type { TRPC_ERROR_CODE_NUMBER, TRPCErrorShape } from "@trpc/server/rpc";
import type { ErrorData } from "./error-data.ts";

/** An error as tRPC sends it. */
export type ErrorShape = TRPCErrorShape<ErrorData> & { code: TRPC_ERROR_CODE_NUMBER };
