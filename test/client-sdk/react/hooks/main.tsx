import type { Chat } from "@ai-desk/client";
import { createChat } from "@ai-desk/client";
import type { LiveSession, LiveSessions } from "@ai-desk/client/react";
import { ChatProvider, useSession, useSessions } from "@ai-desk/client/react";
import { useState } from "react";
import { createRoot } from "react-dom/client";

type Rendered = { id: string; session: LiveSession; sessions: LiveSessions };

declare global {
  interface Window {
    chat: Chat;
    /** The objects that the hooks gave, by render. */
    rendered: Rendered[];
    /** Renders again, with that session. */
    show: (id: string) => void;
  }
}

window.chat = createChat({ url: "/" });
window.rendered = [];

function Probe() {
  const [{ id }, set] = useState({ id: "a" });
  window.show = (next) => set({ id: next });
  const session = useSession(id);
  const sessions = useSessions();
  window.rendered.push({ id, session, sessions });
  return session.messages.map(({ key, content }) => <p key={key}>{content}</p>);
}

createRoot(document.body).render(
  <ChatProvider chat={window.chat}>
    <Probe />
  </ChatProvider>,
);
