import { openChannel } from "../connection/platform.ts";

/** Whether this tab is among the first two tabs that use this server over HTTP. */
export type TabCount = { readonly isFew: boolean; end(): void };

/** A tab's message that it exists, or that it leaves. */
type Told = { tab: string; isLeaving: boolean };

/** The number of tabs that may have a long request: two of the six connections of a browser to a host. */
const fewTabs = 2;

/** A tab that was silent for this many intervals is gone or frozen. */
const missedIntervals = 3;

/**
 * Counts tabs through a BroadcastChannel. Without one, this tab counts as the only one. `onChange` is called when a tab
 * comes or goes.
 */
export function countTabs(base: string, intervalMs: number, onChange: () => void): TabCount {
  /** The earliest tab sorts first; the second part distinguishes tabs of the same millisecond. */
  const own = `${String(Date.now()).padStart(16, "0")} ${Math.random()}`;
  const heardAtMs = new Map<string, number>();
  const channel = openChannel<Told>(`ai-desk-http ${base}`, ({ tab, isLeaving }) => {
    const isNew = !heardAtMs.has(tab);
    heardAtMs.set(tab, Date.now());
    if (isLeaving) heardAtMs.delete(tab);
    else if (isNew) tell();
    if (isLeaving || isNew) onChange();
  });
  if (!channel) return { isFew: true, end: () => undefined };
  const tell = (isLeaving = false): void => channel.post({ tab: own, isLeaving });
  tell();
  const timer = setInterval(() => tell(), intervalMs);
  return {
    get isFew() {
      const sinceMs = Date.now() - missedIntervals * intervalMs;
      let earlier = 0;
      for (const [tab, atMs] of heardAtMs) if (tab < own && atMs >= sinceMs) earlier += 1;
      return earlier < fewTabs;
    },
    end() {
      clearInterval(timer);
      tell(true);
      channel.close();
    },
  };
}
