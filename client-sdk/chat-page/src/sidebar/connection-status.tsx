import { useStatus } from "@ai-desk/client/react";
import type { ReactElement } from "react";

const words: Record<ReturnType<typeof useStatus>, string> = {
  connecting: "Connecting…",
  offline: "Offline",
  "catching-up": "Catching up…",
  live: "Live",
  closed: "Closed",
};

/** The state of the connection, and a link to the description of the API. */
export function ConnectionStatus(): ReactElement {
  const status = useStatus();
  return (
    <footer className="sidebar-foot">
      <span className="connection" data-status={status}>
        {words[status]}
      </span>
      <a href="docs">API</a>
    </footer>
  );
}
