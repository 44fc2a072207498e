/** How many connections are opened at a time: fewer than a server lets wait to be accepted. */
const atATime = 200;

/** Opens so many of something, in order, a number of them at a time. */
export async function openAll<Opened>(
  count: number,
  open: (index: number) => Promise<Opened>,
): Promise<Opened[]> {
  const opened: Opened[] = [];
  while (opened.length < count) {
    const begin = opened.length;
    const some = Math.min(atATime, count - begin);
    opened.push(...(await Promise.all(Array.from({ length: some }, (_, index) => open(begin + index)))));
  }
  return opened;
}
