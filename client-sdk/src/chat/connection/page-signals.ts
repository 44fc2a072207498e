import type { PageListener, Platform } from "./platform.ts";
import { platform } from "./platform.ts";

/** The changes of a page's state that concern its connection. */
export type PageSignals = {
  /** It was shown again, or came back from the browser's cache of pages. */
  readonly onShown: () => void;
  readonly onOnline: () => void;
  readonly onOffline: () => void;
  /** The browser is about to stop its scripts. */
  readonly onFreeze: () => void;
  /** Its scripts run again. */
  readonly onResume: () => void;
};

/** Listens to the signals that the platform has: all in browsers, none in Node. @returns the function that ends it */
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

/** Hears when the page is hidden or ends: it may not run again. @returns the function that ends it */
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
