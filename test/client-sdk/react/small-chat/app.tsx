import { createChat } from "@ai-desk/client";
import { useSession, useSessions } from "@ai-desk/client/react";
import { useState } from "react";

const chat = createChat({ url: "http://localhost:8000" });

export function App() {
  const { sessions, create } = useSessions({ chat });
  const [openId, open] = useState("");
  return (
    <main>
      <button onClick={() => open(create())}>New chat</button>
      {sessions.map(({ id, title }) => <button key={id} onClick={() => open(id)}>{title}</button>)}
      {openId && <Conversation key={openId} id={openId} />}
    </main>
  );
}

function Conversation({ id }: { id: string }) {
  const { status, messages, send, retry, hasEarlier, loadEarlier } = useSession(id, { chat });
  const submit = (field: HTMLInputElement) => { if (field.value) void send(field.value); field.value = ""; };
  return (
    <section>
      {hasEarlier && <button onClick={() => void loadEarlier()}>Earlier</button>}
      {messages.map(({ key, sender, content, delivery }) => (
        <p key={key}>{sender}: {content} {delivery === "failed" && <button onClick={() => retry(key)}>Retry</button>}</p>
      ))}
      <input placeholder={status} onKeyDown={(event) => event.key === "Enter" && submit(event.currentTarget)} />
    </section>
  );
}
