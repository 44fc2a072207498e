import { createListeners } from "../connection/listeners.ts";
import { openChannel } from "../connection/platform.ts";
import type { Sender } from "../line.ts";

/** Messages between tabs about stored data. */
export type Announcements = Pick<Sender, "announce" | "onAnnounced"> & { close(): void };

/** Without a BroadcastChannel or a page no tab is told. */
export function openAnnouncements(name: string): Announcements {
  const listeners = createListeners<[topic: string]>();
  let channel = openChannel<string>(name, listeners.call);
  return {
    announce: (topic) => channel?.post(topic),
    onAnnounced: listeners.add,
    close() {
      channel?.close();
      // A pending call announces its end after this, and a closed channel would throw.
      channel = undefined;
    },
  };
}
