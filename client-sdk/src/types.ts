import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "../../server/trpc/router.ts";

/** The input of each procedure, by its name: `RouterInputs["message"]["add"]`. */
export type RouterInputs = inferRouterInputs<AppRouter>;

/** The answer of each procedure, by its name: `RouterOutputs["session"]["list"]`. */
export type RouterOutputs = inferRouterOutputs<AppRouter>;

/** A session with its messages, oldest first. */
export type Session = RouterOutputs["session"]["get"];

export type Message = RouterOutputs["message"]["add"];

type Tracked<Stream> = Stream extends AsyncIterable<infer Item> ? Item : never;

/** An event of `session.onEvent`; `type` names its kind. */
export type LiveEvent = Tracked<RouterOutputs["session"]["onEvent"]>["data"];

/** An event of `session.onListEvent`; `type` names its kind. */
export type ListEvent = Tracked<RouterOutputs["session"]["onListEvent"]>["data"];
