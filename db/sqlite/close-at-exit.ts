const open = new Set<() => void>();

/**
 * Calls `close` when the process ends by itself (`process.exit`, an uncaught error), before SQLite closes its open
 * connections.
 *
 * @returns a function that undoes this
 */
export function closeAtExit(close: () => void): () => void {
  if (open.size === 0) process.on("exit", closeAll);
  open.add(close);
  return () => {
    open.delete(close);
    if (open.size === 0) process.off("exit", closeAll);
  };
}

function closeAll(): void {
  for (const close of open) close();
}
