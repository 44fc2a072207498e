import type { LiveSession } from "@ai-desk/client/react";
import { useSessions } from "@ai-desk/client/react";
import type { ReactElement } from "react";

/** The reason why the session could not be created, or its title not be changed. */
export function Notice({ session }: { session: LiveSession }): ReactElement {
  const { sessions, retry } = useSessions();
  const isUnmade = sessions.some(({ id, delivery }) => id === session.id && delivery === "failed");
  return (
    <p className="notice" role="alert">
      {session.error?.message}{" "}
      {isUnmade && (
        <button type="button" className="plain-button" onClick={() => retry(session.id)}>
          Try again
        </button>
      )}
    </p>
  );
}
