import type { Sender } from "../../../../client-sdk/src/chat/line.ts";

type Tab = { listeners: Set<() => void>; ears: Set<(topic: string) => void> };

/** The tabs of a browser: they hear of one another, and the oldest one that is left sends, or every one. */
export class Tabs {
  readonly #tabs: Tab[] = [];
  readonly #everyTabSends: boolean;

  constructor({ everyTabSends = false } = {}) {
    this.#everyTabSends = everyTabSends;
  }

  /** @returns the sender of a new tab; `end` ends the tab as a crash does, and while it is paused no tab sends */
  open(): Sender & { end(): void; pause(): void; resume(): void } {
    const tab: Tab = { listeners: new Set(), ears: new Set() };
    const tabs = this.#tabs;
    const everyTabSends = this.#everyTabSends;
    let isPaused = false;
    const tell = (): void => tabs[0]?.listeners.forEach((listener) => listener());
    tabs.push(tab);
    return {
      get isSender() {
        return !isPaused && tabs.includes(tab) && (everyTabSends || tabs[0] === tab);
      },
      subscribe(listener) {
        tab.listeners.add(listener);
        return () => tab.listeners.delete(listener);
      },
      announce(topic) {
        const others = tabs.filter((other) => other !== tab && tabs.includes(tab));
        queueMicrotask(() => others.forEach(({ ears }) => ears.forEach((hear) => hear(topic))));
      },
      onAnnounced(listener) {
        tab.ears.add(listener);
        return () => tab.ears.delete(listener);
      },
      end() {
        if (tabs.includes(tab)) tabs.splice(tabs.indexOf(tab), 1);
        tell();
      },
      pause() {
        isPaused = true;
      },
      resume() {
        isPaused = false;
        tell();
      },
    };
  }
}
