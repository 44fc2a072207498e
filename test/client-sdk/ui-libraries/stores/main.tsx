import { createChat } from "@ai-desk/client";
import { useSession } from "@ai-desk/client/react";
import type { ReactElement } from "react";
import { createRoot } from "react-dom/client";

const chat = createChat({ url: "/" });

function App(): ReactElement {
  const { messages, run, send, stop } = useSession(location.hash.slice(1), { chat });
  return (
    <main>
      <ol>
        {messages.map(({ key, sender, content }) => (
          <li key={key} data-sender={sender}>
            <p className="content">{content}</p>
          </li>
        ))}
      </ol>
      {run && (
        <button data-testid="stop" onClick={() => void stop()}>
          Stop
        </button>
      )}
      <input
        data-testid="composer"
        onKeyDown={({ key, currentTarget: field }) => {
          if (key !== "Enter") return;
          void send(field.value);
          field.value = "";
        }}
      />
    </main>
  );
}

const root = document.querySelector("#root");
if (root) createRoot(root).render(<App />);
