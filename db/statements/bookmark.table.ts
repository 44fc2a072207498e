/** One row for each program inside the server that keeps its place in the list of sessions. */
export type BookmarkTable = {
  name: string;
  /** `<epoch>:<seq>`, in the change log of the list. */
  position: string;
};
