export type {
  ListEvent,
  LiveEvent,
  Message,
  MessageSender,
  SessionHead,
  SidebarSession as ListedSession,
} from "../types.ts";

/** A page of a list. */
export type Page<Item> = {
  /** The items, in the order of the list. */
  readonly items: readonly Item[];
  /** The cursor of the next page; null on the last one. */
  readonly next_cursor: string | null;
};
