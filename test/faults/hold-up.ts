import type { Progress } from "./progress.ts";
import type { ServerUnderFire } from "./server-under-fire.ts";
import type { TcpProxy } from "./tcp-proxy.ts";

/**
 * The most bytes that a held-up connection can take outside of the server: the send buffer of the system (4 MiB), and
 * the proxy's own buffers and receive buffer.
 */
const outsideTheServerBytes = 6 * 1024 * 1024;
/** The most bytes that the server may hold for a connection [SLOW-1]. */
const budgetBytes = 1024 * 1024;

/** With this many unread bytes a subscriber has certainly fallen behind the server's send queue. */
export const fallenBehindBytes = outsideTheServerBytes + budgetBytes;

/**
 * Stops reading from the server on all connections of a subscriber, for this many operations of the writers.
 *
 * @param published the number of bytes that all subscribers were sent so far
 * @returns the number that were published meanwhile; 0 if the subscriber was not held up all the time
 */
export async function holdUp(
  proxy: TcpProxy,
  {
    server,
    progress,
    operations,
    published,
  }: { server: ServerUnderFire; progress: Progress; operations: number; published: () => number },
): Promise<number> {
  const { links } = proxy;
  const { starts } = server;
  const before = published();
  for (const link of links) link.stall("toClient");
  await progress.until(progress.ended + operations);
  const after = published();
  const wasHeldUp = links.some((link) => link.isStalled("toClient") && proxy.links.includes(link));
  for (const link of links) link.release();
  return wasHeldUp && server.starts === starts ? after - before : 0;
}
