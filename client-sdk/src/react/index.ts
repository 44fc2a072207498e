"use client";

export type { ChatHookOptions, ChatProviderProps } from "./chat-context.ts";
export { ChatProvider, useChat } from "./chat-context.ts";
export type { LiveSession, SessionActions } from "./use-session.ts";
export { useSession } from "./use-session.ts";
export type { LiveSessions, SessionsActions } from "./use-sessions.ts";
export { useSessions } from "./use-sessions.ts";
export { useStatus } from "./use-status.ts";
