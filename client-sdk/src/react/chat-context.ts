import type { ReactElement, ReactNode } from "react";
import { createContext, createElement, useContext } from "react";
import type { Chat } from "../create-chat.ts";

const ChatContext = createContext<Chat | undefined>(undefined);

export type ChatProviderProps = {
  /** The object that `createChat` returned. Create it once, outside of all components. */
  chat: Chat;
  children?: ReactNode;
};

/** Provides a chat to the hooks of all components below it. It opens and closes nothing. */
export function ChatProvider({ chat, children }: ChatProviderProps): ReactElement {
  return createElement(ChatContext.Provider, { value: chat }, children);
}

/** How a hook finds its chat. */
export type ChatHookOptions = {
  /** The chat to use in place of the provider's. */
  chat?: Chat | undefined;
};

/** The given chat, or else that of the nearest provider. @throws if there is neither */
export function useChat({ chat }: ChatHookOptions = {}): Chat {
  const provided = useContext(ChatContext);
  const found = chat ?? provided;
  if (found) return found;
  throw new Error(
    "There is no chat here. Render <ChatProvider chat={…}> above, or pass { chat } to the hook.",
  );
}
