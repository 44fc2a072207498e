import { useCallback, useEffect, useRef, useState } from "react";

/**
 * The key of the message that is being edited. When that ends, the focus goes back to where it was: to the composer, or to
 * the button of the message, which is a new one then.
 */
export function useEditing(): [editing: string | undefined, edit: (key: string | undefined) => void] {
  const [editing, setEditing] = useState<string>();
  const left = useRef<{ key: string; element: Element | null }>(undefined);

  const edit = useCallback((key: string | undefined) => {
    if (key !== undefined) left.current = { key, element: document.activeElement };
    setEditing(key);
  }, []);

  useEffect(() => {
    if (editing !== undefined || !left.current) return;
    const { key, element } = left.current;
    left.current = undefined;
    const button = document.querySelector<HTMLElement>(`li[data-key="${CSS.escape(key)}"] .edit`);
    if (element instanceof HTMLElement && element.isConnected && element !== document.body) element.focus();
    else button?.focus();
  }, [editing]);

  return [editing, edit];
}
