import type { RefObject } from "react";
import { useCallback, useLayoutEffect, useRef, useState } from "react";

/** Within this distance the view counts as being at the end. */
const nearEndPx = 40;

type BottomLock = {
  /** Whether the end is in view. */
  isAtEnd: boolean;
  /** Whether the lock holds now, even if that is not rendered yet. */
  isLocked: () => boolean;
  /** For the scrolling element. */
  onScroll: () => void;
  goToEnd: () => void;
};

/**
 * Keeps a scrolling element at its end, whatever grows in it, until a person scrolls up. The virtualiser corrects the
 * scroll position while it measures rows, so the lock sets the same position, without animation.
 */
export function useBottomLock(scroll: RefObject<HTMLElement | null>): BottomLock {
  const [isAtEnd, setAtEnd] = useState(true);
  const locked = useRef(true);
  const isLocked = useCallback(() => locked.current, []);
  const lastTop = useRef(0);

  /** A person may scroll before the event of this move comes: what counts as up begins here. */
  const move = useCallback((element: HTMLElement) => {
    element.scrollTop = element.scrollHeight;
    lastTop.current = element.scrollTop;
  }, []);

  const goToEnd = useCallback(() => {
    const element = scroll.current;
    if (!element) return;
    locked.current = true;
    setAtEnd(true);
    move(element);
  }, [scroll, move]);

  const onScroll = useCallback(() => {
    const element = scroll.current;
    if (!element) return;
    const { scrollTop, scrollHeight, clientHeight } = element;
    const isNear = scrollHeight - scrollTop - clientHeight <= nearEndPx;
    // Content that grew since the last lock also moves the end away, but moves nothing up.
    if (isNear) locked.current = true;
    else if (scrollTop < lastTop.current) locked.current = false;
    lastTop.current = scrollTop;
    setAtEnd(locked.current);
  }, [scroll]);

  useLayoutEffect(() => {
    const element = scroll.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => {
      if (locked.current) move(element);
    });
    observer.observe(element);
    for (const child of element.children) observer.observe(child);
    return () => observer.disconnect();
  }, [scroll, move]);

  return { isAtEnd, isLocked, onScroll, goToEnd };
}
