import { useSyncExternalStore } from "react";

/** The id of the session that the address names after its `#`, if any. */
export function useOpenSession(): string | undefined {
  return useSyncExternalStore(subscribe, readId);
}

/** Opens a session, or with undefined none. The browser's back button goes back to the one before. */
export function openSession(id: string | undefined): void {
  location.hash = id === undefined ? "" : addressOf(id);
}

/** Opens none, if it is this one that is open. */
export function closeSession(id: string): void {
  if (readId() === id) openSession(undefined);
}

/** The target of a link that opens a session. */
export function addressOf(id: string): string {
  return `#${encodeURIComponent(id)}`;
}

function readId(): string | undefined {
  const text = location.hash.slice(1);
  if (text === "") return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function subscribe(listener: () => void): () => void {
  window.addEventListener("hashchange", listener);
  return () => window.removeEventListener("hashchange", listener);
}
