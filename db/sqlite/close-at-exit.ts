const open = new Set<() => void>();

/**
 * Calls `close` when the process ends by itself (`process.exit`, an error that nobody catches), before SQLite closes what is
 * still open.
 *
 * @returns what takes that back
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
