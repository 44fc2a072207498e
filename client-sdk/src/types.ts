import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "../../server/trpc/router.ts";

/** What each procedure takes, by its name: `RouterInputs["message"]["add"]`. */
export type RouterInputs = inferRouterInputs<AppRouter>;

/** What each procedure answers, by its name: `RouterOutputs["session"]["list"]`. */
export type RouterOutputs = inferRouterOutputs<AppRouter>;

/** A session with its messages, oldest first. */
export type Session = RouterOutputs["session"]["get"];

export type Message = RouterOutputs["message"]["add"];

type Tracked<Stream> = Stream extends AsyncIterable<infer Item> ? Item : never;

/** What `session.onEvent` delivers, told apart by `type`. */
export type LiveEvent = Tracked<RouterOutputs["session"]["onEvent"]>["data"];

/** What `session.onListEvent` delivers, told apart by `type`. */
export type ListEvent = Tracked<RouterOutputs["session"]["onListEvent"]>["data"];
