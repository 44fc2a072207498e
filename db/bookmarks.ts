/** The position up to which a program inside the server has read the list of sessions: `<epoch>:<seq>`. */
export type Bookmark = { name: string; position: string };

/** Positions that programs inside the server keep across restarts, each under a name. */
export type Bookmarks = {
  find(name: string): Promise<string | undefined>;
  /** Replaces the position under that name. Resolves once it is on disk. */
  save(bookmark: Bookmark): Promise<void>;
};
