import type { PageListener, Platform } from "./platform.ts";
import { platform } from "./platform.ts";

/** The changes of a page's state that concern its connection. */
export type PageSignals = {
  /** The page was shown again, or came back from the browser's page cache. */
  readonly onShown: () => void;
  readonly onOnline: () => void;
  readonly onOffline: () => void;
  /** The browser is about to stop its scripts. */
  readonly onFreeze: () => void;
  /** Its scripts run again. */
  readonly onResume: () => void;
};

/** Listens to the signals of the platform: browsers have all, Node has none. @returns a function that ends it */
export function watchPage({ onShown, onOnline, onOffline, onFreeze, onResume }: PageSignals): () => void {
  const { document = {} } = platform;
  return listen([
    [platform, "online", onOnline],
    [platform, "offline", onOffline],
    [
      platform,
      "pageshow",
      ({ persisted }) => {
        if (persisted) onResume();
        onShown();
      },
    ],
    [platform, "pagehide", ({ persisted }) => persisted && onFreeze()],
    [document, "visibilitychange", () => isVisible() && onShown()],
    [document, "freeze", onFreeze],
    [document, "resume", onResume],
  ]);
}

/** On a platform without pages everything counts as visible. */
export function isVisible(): boolean {
  return platform.document?.visibilityState !== "hidden";
}

/** Listens for the page to be hidden or to end, since it may not run again. @returns a function that ends it */
export function watchHidden(onHidden: () => void): () => void {
  const { document = {} } = platform;
  return listen([
    [platform, "pagehide", onHidden],
    [document, "visibilitychange", () => isVisible() || onHidden()],
  ]);
}

function listen(
  listened: readonly [target: NonNullable<Platform["document"]>, type: string, listener: PageListener][],
): () => void {
  for (const [target, type, listener] of listened) target.addEventListener?.(type, listener);
  return () => {
    for (const [target, type, listener] of listened) target.removeEventListener?.(type, listener);
  };
}
