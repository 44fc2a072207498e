/** Runs the work for each call. All calls during a run share the next run. */
export function mergeRuns(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const run = (): Promise<void> => {
    next = undefined;
    running = work().finally(() => (running = undefined));
    return running;
  };
  return () => next ?? (running ? (next = running.then(run, run)) : run());
}
