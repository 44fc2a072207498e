import { useSyncExternalStore } from "react";

/** The id of the session that the address names after its `#`, if any. */
export function useOpenSession(): string | undefined {
  return useSyncExternalStore(subscribe, readId);
}

/** Opens a session; undefined opens none. The browser's back button returns to the previous one. */
export function openSession(id: string | undefined): void {
  location.hash = id === undefined ? "" : addressOf(id);
}

/** Closes this session if it is open. */
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
