/**
 * Does something so often, one after the other.
 *
 * @param prepare is done before each, and its time is not counted
 * @returns how long each took, in milliseconds
 */
export async function takeTimes(
  count: number,
  use: (index: number) => Promise<unknown>,
  prepare?: (index: number) => Promise<unknown>,
): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) {
    await prepare?.(index);
    const begin = performance.now();
    await use(index);
    times.push(performance.now() - begin);
  }
  return times;
}

/** Does something again and again, one after the other, until `work` is done. @returns how long each took, in milliseconds. */
export async function takeTimesDuring(
  work: Promise<unknown>,
  use: () => Promise<unknown>,
): Promise<number[]> {
  const done = new AbortController();
  const ended = work.finally(() => done.abort());
  const times: number[] = [];
  while (!done.signal.aborted) times.push(...(await takeTimes(1, use)));
  await ended;
  return times;
}
