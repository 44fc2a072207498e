"use client";

export type { AIDeskTransportOptions } from "./transport.ts";
export { aiDeskTransport } from "./transport.ts";
export { toUIMessage } from "./ui-messages.ts";
export type { UseAIDeskChatOptions } from "./use-ai-desk-chat.ts";
export { useAIDeskChat } from "./use-ai-desk-chat.ts";
