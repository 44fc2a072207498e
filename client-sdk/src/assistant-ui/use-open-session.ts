import { useCallback, useEffect, useRef, useState } from "react";

/** Which session is open. */
export type OpenSessionOptions = {
  /** The session to open; by default none, and the first message creates one. Another id opens another session. */
  sessionId?: string | undefined;
  /** Called when the user opens another session, or none. */
  onSessionIdChange?: ((id: string | undefined) => void) | undefined;
};

/** @returns the id of the open session, and a function that opens another one */
export function useOpenSession({
  sessionId,
  onSessionIdChange,
}: OpenSessionOptions): [string | undefined, (id: string | undefined) => void] {
  const [{ given, openId }, set] = useState({ given: sessionId, openId: sessionId });
  // The same render shows the other session.
  if (given !== sessionId) set({ given: sessionId, openId: sessionId });
  const latest = useRef(onSessionIdChange);
  useEffect(() => {
    latest.current = onSessionIdChange;
  });
  const open = useCallback((id: string | undefined) => {
    set((state) => ({ ...state, openId: id }));
    latest.current?.(id);
  }, []);
  return [given === sessionId ? openId : sessionId, open];
}
