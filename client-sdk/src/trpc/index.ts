import type { TRPCClient } from "@trpc/client";
import type { AppRouter } from "../../../server/trpc/router.ts";
import type { Client } from "../types.ts";

export type { AppRouter } from "../../../server/trpc/router.ts";

/**
 * The client in tRPC's own type, for libraries that require it, such as `@trpc/tanstack-react-query`. It is the same
 * object.
 */
export function toTRPCClient(client: Client): TRPCClient<AppRouter> {
  return client as unknown as TRPCClient<AppRouter>;
}
