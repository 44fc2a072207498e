/** One row: the name of this history. A restore or an import gives a new one, which makes every old position void. */
export type HistoryTable = {
  id: 1;
  /** Random, 16 lower-case hexadecimal digits. */
  epoch: string;
};
