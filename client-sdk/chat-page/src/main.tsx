import type { Chat } from "@ai-desk/client";
import { createChat } from "@ai-desk/client";
import { ChatProvider } from "@ai-desk/client/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { ConfirmProvider } from "./dialog/confirm.tsx";

declare global {
  interface Window {
    /** For use in the browser's console. */
    chat: Chat;
  }
}

// The API is next to the page: at `/` for `/app`, at `/prefix/` for `/prefix/app`.
const chat = createChat({ url: new URL(".", location.href), presence: {} });
window.chat = chat;

const root = document.querySelector("#root");
if (!root) throw new Error("index.html has no root.");
createRoot(root).render(
  <StrictMode>
    <ChatProvider chat={chat}>
      <ConfirmProvider>
        <App />
      </ConfirmProvider>
    </ChatProvider>
  </StrictMode>,
);
