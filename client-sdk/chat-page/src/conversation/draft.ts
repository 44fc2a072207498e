import { useState } from "react";

const nameOf = (id: string): string => `ai-desk draft ${new URL(".", location.href).pathname} ${id}`;

/** Text that is being written, kept per session over reloads. It is for one component with a key of its own per session. */
export function useDraft(id: string): [draft: string, setDraft: (draft: string) => void] {
  const [draft, setDraft] = useState(() => read(id));
  return [
    draft,
    (next) => {
      setDraft(next);
      keep(id, next);
    },
  ];
}

/** Drops the draft of a session that is deleted. */
export function forgetDraft(id: string): void {
  keep(id, "");
}

function read(id: string): string {
  try {
    return localStorage.getItem(nameOf(id)) ?? "";
  } catch {
    return "";
  }
}

function keep(id: string, draft: string): void {
  try {
    if (draft === "") localStorage.removeItem(nameOf(id));
    else localStorage.setItem(nameOf(id), draft);
  } catch {
    // The browser keeps nothing for this page. The draft lives as long as the page.
  }
}
