import { useChat } from "@ai-desk/client/react";
import type { ReactElement } from "react";

/** Says that there is no connection, and that nothing is lost. */
export function OfflineBar(): ReactElement {
  const chat = useChat();
  return (
    <div className="offline-bar" data-testid="offline" role="status">
      <span>You are offline. Your messages are kept here and sent when the connection is back.</span>
      <button type="button" className="plain-button" onClick={() => chat.reconnect()}>
        Try now
      </button>
    </div>
  );
}
