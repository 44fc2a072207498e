import { useChat } from "@ai-sdk/react";
import type { UIMessage } from "ai";
import { DefaultChatTransport } from "ai";
import type { ReactElement } from "react";
import { useEffect } from "react";
import { createRoot } from "react-dom/client";

type Stored = { id: number; key?: string; sender: "user"; content: string; parts?: UIMessage["parts"] };

const id = location.hash.slice(1);

async function load(): Promise<UIMessage[]> {
  const session = (await (await fetch(`/api/sessions/${id}`)).json()) as { messages: Stored[] };
  return session.messages.map(({ id: number, key = `#${number}`, sender, content, parts }) => ({
    id: key,
    role: sender,
    parts: parts ?? [{ type: "text", text: content }],
  }));
}

const initial = await load();
const transport = new DefaultChatTransport({ api: "/api/chat" });

function App(): ReactElement {
  const { messages, status, error, sendMessage, setMessages, resumeStream } = useChat({
    id,
    transport,
    messages: initial,
    resume: true,
  });
  useEffect(() => {
    const again = async (): Promise<void> => {
      setMessages(await load());
      await resumeStream();
    };
    const timer = error && setInterval(() => void again().catch(() => undefined), 500);
    return () => clearInterval(timer);
  }, [error, setMessages, resumeStream]);
  return (
    <main>
      <p data-testid="status">{status}</p>
      <ol>
        {messages.map(({ id: key, role, parts }) => (
          <li key={key} data-sender={role}>
            <p className="content">{parts.map((part) => (part.type === "text" ? part.text : "")).join("")}</p>
          </li>
        ))}
      </ol>
      <input
        data-testid="composer"
        onKeyDown={({ key, currentTarget: field }) => {
          if (key !== "Enter") return;
          void sendMessage({ text: field.value });
          field.value = "";
        }}
      />
    </main>
  );
}

const root = document.querySelector("#root");
if (root) createRoot(root).render(<App />);
