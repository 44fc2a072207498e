import { useStatus } from "@ai-desk/client/react";
import type { ReactElement } from "react";
import { Conversation } from "./conversation/conversation.tsx";
import { OfflineBar } from "./offline-bar.tsx";
import { useOpenSession } from "./open-session.ts";
import { Sidebar } from "./sidebar/sidebar.tsx";
import { Welcome } from "./welcome.tsx";

/** The list beside the open session. A phone shows one of them at a time. */
export function App(): ReactElement {
  const openId = useOpenSession();
  const status = useStatus();
  return (
    <main className="app" data-open={openId !== undefined}>
      {status === "offline" && <OfflineBar />}
      <Sidebar openId={openId} />
      <div className="pane">
        {/* The key gives each session a component of its own: drafts, edits and the scroll position are never mixed. */}
        {openId === undefined ? <Welcome /> : <Conversation key={openId} id={openId} />}
      </div>
    </main>
  );
}
