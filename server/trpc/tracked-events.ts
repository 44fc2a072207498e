import type { TrackedEnvelope } from "@trpc/server";

/** The type of a subscription for tRPC and the SDK: each event with its position. */
export type TrackedEvents<Event> = AsyncIterable<TrackedEnvelope<Event>, void, undefined>;
