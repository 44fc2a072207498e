/**
 * The time within which a second SIGINT counts as the same press of Ctrl-C, in milliseconds. The terminal sends SIGINT
 * to every process of its group, and npm and the launcher, which are in that group, forward theirs.
 */
const samePressMs = 200;

/**
 * Resolves with the first SIGTERM, SIGINT or SIGHUP. A second SIGTERM or SIGINT ends the process at once with exit code
 * 1. A second SIGHUP does not: a closed terminal and an ended parent each send one.
 */
export function nextStopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let first: { signal: NodeJS.Signals; at: number } | undefined;
    const take = (signal: NodeJS.Signals): void => {
      const at = performance.now();
      if (!first) {
        first = { signal, at };
        resolve(signal);
        return;
      }
      const isSamePress = signal === "SIGINT" && first.signal === "SIGINT" && at - first.at < samePressMs;
      if (signal !== "SIGHUP" && !isSamePress) process.exit(1);
    };
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, take);
  });
}
