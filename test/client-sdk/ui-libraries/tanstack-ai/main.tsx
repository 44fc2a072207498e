import { createChat } from "@ai-desk/client";
import { aiDeskConnection } from "@ai-desk/client/tanstack-ai";
import type { UIMessage } from "@tanstack/ai-react";
import { useChat } from "@tanstack/ai-react";
import type { ReactElement } from "react";
import { createRoot } from "react-dom/client";

const chat = createChat({ url: "/" });
const id = location.hash.slice(1);
const connection = aiDeskConnection(chat, id);

type MessagePart = UIMessage["parts"][number];

/** A part beside the text. */
function describe(part: MessagePart): string {
  if (part.type === "thinking") return `(${part.content}) `;
  if (part.type === "tool-call") return `${part.name} ${part.arguments} ${JSON.stringify(part.output)} `;
  return "";
}

function App(): ReactElement {
  const { messages, sendMessage, sessionGenerating } = useChat({
    threadId: id,
    connection,
    live: true,
    persistence: true,
    queue: "interrupt",
  });
  return (
    <main>
      <ol>
        {messages.map(({ id: key, role, parts }) => (
          <li key={key} data-sender={role}>
            <small>{parts.map(describe)}</small>
            <p className="content">{parts.map((part) => (part.type === "text" ? part.content : ""))}</p>
          </li>
        ))}
      </ol>
      {sessionGenerating && (
        <button data-testid="stop" onClick={() => void chat.session(id).stop()}>
          Stop
        </button>
      )}
      <input
        data-testid="composer"
        onKeyDown={({ key, currentTarget: field }) => {
          if (key !== "Enter") return;
          void sendMessage(field.value);
          field.value = "";
        }}
      />
    </main>
  );
}

const root = document.querySelector("#root");
if (root) createRoot(root).render(<App />);
