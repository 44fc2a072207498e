import type { TrackedEnvelope } from "@trpc/server";

/** What a subscription is to tRPC and to the SDK's types: each event under its position. */
export type TrackedEvents<Event> = AsyncIterable<TrackedEnvelope<Event>, void, undefined>;
