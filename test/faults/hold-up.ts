import type { Progress } from "./progress.ts";
import type { ServerUnderFire } from "./server-under-fire.ts";
import type { TcpProxy } from "./tcp-proxy.ts";

/**
 * The most bytes that a connection which is held up in the proxy can take while the server holds none of them: the send buffer
 * of the system (4 MiB), and the proxy's own buffers and receive buffer.
 */
const outsideTheServerBytes = 6 * 1024 * 1024;
/** The bytes that the server may hold for a connection [SLOW-1]. */
const budgetBytes = 1024 * 1024;

/** Past this much a reader that was held up has fallen behind what the server may hold for it, wherever the rest is. */
export const fallenBehindBytes = outsideTheServerBytes + budgetBytes;

/**
 * Takes nothing more from the server on all connections of a reader, for so many operations of the writers.
 *
 * @param published how many bytes all readers there were sent so far
 * @returns how many were published meanwhile; 0 if it was not held up all the time
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
