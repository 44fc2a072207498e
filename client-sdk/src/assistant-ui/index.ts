"use client";

export { aiDeskHistoryAdapter } from "./history-adapter.ts";
export { aiDeskThreadListAdapter } from "./thread-list-adapter.ts";
export type { AIDeskRuntimeOptions } from "./use-ai-desk-runtime.ts";
export { useAIDeskRuntime } from "./use-ai-desk-runtime.ts";
