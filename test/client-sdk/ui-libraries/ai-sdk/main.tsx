import { createChat } from "@ai-desk/client";
import { useAIDeskChat } from "@ai-desk/client/ai-sdk";
import { isToolUIPart } from "ai";
import type { ReactElement } from "react";
import { createRoot } from "react-dom/client";

const chat = createChat({ url: "/" });

function App(): ReactElement {
  const { messages, status, sendMessage, stop } = useAIDeskChat({
    chat,
    sessionId: location.hash.slice(1),
  });
  return (
    <main>
      <ol>
        {messages.map(({ id, role, parts }) => (
          <li key={id} data-sender={role}>
            <i>{parts.map((part) => (part.type === "reasoning" ? part.text : "")).join("")}</i>
            <code>{JSON.stringify(parts.filter(isToolUIPart))}</code>
            <p className="content">{parts.map((part) => (part.type === "text" ? part.text : "")).join("")}</p>
          </li>
        ))}
      </ol>
      {(status === "submitted" || status === "streaming") && (
        <button data-testid="stop" onClick={() => void stop()}>
          Stop
        </button>
      )}
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
