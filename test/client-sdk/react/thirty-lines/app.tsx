import { createChat } from "@ai-desk/client";
import { useSession, useSessions, useStatus } from "@ai-desk/client/react";
import { useState, useSyncExternalStore } from "react";

const chat = createChat({ url: "http://localhost:8000" });
const onHash = (told: () => void) => { addEventListener("hashchange", told); return () => removeEventListener("hashchange", told); };
const ask = (name: string, text: string, act: (text: string) => void) => <input data-testid={name} defaultValue={text}
    onKeyDown={({ key, currentTarget: field }) => { if (key === "Enter") { act(field.value); field.value = ""; } }} />;

export function App() {
  const openId = useSyncExternalStore(onHash, () => decodeURIComponent(location.hash.slice(1)));
  const { sessions, create } = useSessions({ chat });
  return (<main>
    {useStatus({ chat }) === "offline" && <p data-testid="offline">Offline</p>}
    <button data-testid="new" onClick={() => { location.hash = create(); }}>New chat</button>
    {sessions.map(({ id, title }) => <p key={id} data-session={id}><a href={`#${encodeURIComponent(id)}`}>{title}</a></p>)}
    {openId && <Conversation key={openId} id={openId} />}
  </main>);
}

function Conversation({ id }: { id: string }) {
  const { title, messages, error, send, edit, remove, loadEarlier } = useSession(id, { chat });
  const [edited, setEdited] = useState("");
  return (<section>
    {!error && title !== undefined && <h1 data-testid="title">{title}</h1>}
    <ol data-testid="scroll" onScroll={() => void loadEarlier()} style={{ height: 300, overflow: "auto" }}>
      {messages.map(({ key, content, delivery }) => <li key={key} data-id={key} data-state={delivery}>
        {key === edited ? ask("editor", content, (text) => { setEdited(""); void edit(key, text); }) : <p className="content">{content}</p>}
        <button className="edit" onClick={() => setEdited(key)}>Edit</button><button className="delete" onClick={() => void remove(key)}>Delete</button></li>)}
    </ol>
    {ask("composer", "", (text) => void send(text))}
  </section>);
}
