import { useCallback, useEffect, useRef } from "react";

/**
 * Returns the focus when an editor closes, unless it is elsewhere by then: to the element that had it before, or to the
 * button that opens the editor, which is a new element then.
 *
 * @returns a function to call before the editor opens
 */
export function useFocusReturn(isOpen: boolean, findButton: () => HTMLElement | null): () => void {
  const wasOpen = useRef(false);
  const left = useRef<Element | null>(null);
  useEffect(() => {
    const isClosed = wasOpen.current && !isOpen;
    wasOpen.current = isOpen;
    if (!isClosed) return;
    const before = left.current;
    left.current = null;
    if (document.activeElement !== document.body) return;
    if (before instanceof HTMLElement && before.isConnected && before !== document.body) before.focus();
    else findButton()?.focus();
  }, [isOpen, findButton]);
  return useCallback(() => {
    left.current = document.activeElement;
  }, []);
}
