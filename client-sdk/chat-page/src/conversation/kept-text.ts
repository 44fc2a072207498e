import { useState } from "react";

/**
 * Names a text that a person is writing: the next message of a session, its title, or the edit of the message with that
 * key.
 */
type TextName = [sessionId: string, kind: "message" | "title" | "edit", key?: string];

const prefix = `ai-desk text ${new URL(".", location.href).pathname} `;

/** If the browser stores nothing for the page, a text lives as long as the page. */
const unkept = new Map<string, string>();

/**
 * A text that a person is writing. It is kept over reloads until it is set to undefined. Only for a component with a
 * unique key for each name.
 */
export function useKeptText(
  ...name: TextName
): [text: string | undefined, setText: (text: string | undefined) => void] {
  const [text, setText] = useState(() => readText(...name));
  return [
    text,
    (next) => {
      setText(next);
      keepText(next, ...name);
    },
  ];
}

export function readText(...name: TextName): string | undefined {
  const item = prefix + JSON.stringify(name);
  try {
    return localStorage.getItem(item) ?? unkept.get(item);
  } catch {
    return unkept.get(item);
  }
}

function keepText(text: string | undefined, ...name: TextName): void {
  const item = prefix + JSON.stringify(name);
  unkept.delete(item);
  try {
    if (text === undefined) localStorage.removeItem(item);
    else localStorage.setItem(item, text);
  } catch {
    if (text !== undefined) unkept.set(item, text);
  }
}

/** Drops the texts of a session that is deleted. */
export function forgetTexts(sessionId: string): void {
  const own = `${prefix}${JSON.stringify([sessionId]).slice(0, -1)},`;
  for (const item of unkept.keys()) if (item.startsWith(own)) unkept.delete(item);
  try {
    for (const item of Object.keys(localStorage)) if (item.startsWith(own)) localStorage.removeItem(item);
  } catch {
    // The browser stores nothing.
  }
}
