/** The used parts of a browser. A platform may lack each of them. */
export type Platform = EventSource & {
  document?: EventSource & { visibilityState?: string };
  location?: { href: string };
  navigator?: { locks?: Locks };
  BroadcastChannel?: new (name: string) => PlatformChannel;
  /** Node's object. Bundlers add a part of it in browsers. */
  process?: { getBuiltinModule?: unknown };
};

type EventSource = {
  addEventListener?(type: string, listener: PageListener): void;
  removeEventListener?(type: string, listener: PageListener): void;
};

export type PageListener = (event: { persisted?: boolean }) => void;

/** The used part of Web Locks. */
export type Locks = {
  request(
    name: string,
    options: { signal?: AbortSignal; steal?: boolean; ifAvailable?: boolean },
    /** With `ifAvailable`, the lock is null if it is held elsewhere. */
    callback: (lock: unknown) => Promise<void> | undefined,
  ): Promise<unknown>;
};

export const platform = globalThis as unknown as Platform;

type PlatformChannel = {
  addEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
  postMessage(message: unknown): void;
  close(): void;
};

/** A channel between the tabs of a browser. */
export type Channel<Message> = { post(message: Message): void; close(): void };

/** @returns undefined on a platform without pages: Node has channels, but no tabs */
export function openChannel<Message>(
  name: string,
  onMessage: (message: Message) => void,
): Channel<Message> | undefined {
  if (!platform.document || !platform.BroadcastChannel) return undefined;
  const channel = new platform.BroadcastChannel(name);
  channel.addEventListener("message", ({ data }) => onMessage(data as Message));
  return {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- it is no window
    post: (message) => channel.postMessage(message),
    close: () => channel.close(),
  };
}
