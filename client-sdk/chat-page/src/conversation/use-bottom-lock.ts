import type { RefObject } from "react";
import { useCallback, useLayoutEffect, useRef, useState } from "react";

/** As near counts as being at the end. */
const nearEndPx = 40;

type BottomLock = {
  /** Whether the end is in view. */
  isAtEnd: boolean;
  /** For the scrolling element. */
  onScroll: () => void;
  goToEnd: () => void;
};

/**
 * Keeps a scrolling element at its end, whatever grows in it, until somebody scrolls up. The virtualiser corrects the scroll
 * position while it measures rows, so the lock writes that position and animates nothing.
 */
export function useBottomLock(scroll: RefObject<HTMLElement | null>): BottomLock {
  const [isAtEnd, setAtEnd] = useState(true);
  const isLocked = useRef(true);
  const lastTop = useRef(0);

  const goToEnd = useCallback(() => {
    const element = scroll.current;
    if (!element) return;
    isLocked.current = true;
    setAtEnd(true);
    element.scrollTop = element.scrollHeight;
  }, [scroll]);

  const onScroll = useCallback(() => {
    const element = scroll.current;
    if (!element) return;
    const { scrollTop, scrollHeight, clientHeight } = element;
    const isNear = scrollHeight - scrollTop - clientHeight <= nearEndPx;
    // Content that grew since the last lock leaves the end too, but moves nothing up.
    if (isNear) isLocked.current = true;
    else if (scrollTop < lastTop.current) isLocked.current = false;
    lastTop.current = scrollTop;
    setAtEnd(isLocked.current);
  }, [scroll]);

  useLayoutEffect(() => {
    const element = scroll.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => {
      if (isLocked.current) element.scrollTop = element.scrollHeight;
    });
    observer.observe(element);
    for (const child of element.children) observer.observe(child);
    return () => observer.disconnect();
  }, [scroll]);

  return { isAtEnd, onScroll, goToEnd };
}
