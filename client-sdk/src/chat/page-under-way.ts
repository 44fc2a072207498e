/**
 * A requested page, with the changes that the log has brought since the request: the page may have these items in their
 * earlier form. An id without an item was deleted.
 */
export type PageUnderWay<Id, Item> = {
  /** The request. */
  readonly token: object;
  readonly since: ReadonlyMap<Id, Item | undefined>;
};

/** A state into which pages are loaded. */
export type Paged<Id, Item> = { readonly paging: PageUnderWay<Id, Item> | undefined };

/** Records a change for the requested page, if there is one. */
export function remember<Id, Item, State extends Paged<Id, Item>>(
  state: State & Paged<Id, Item>,
  id: Id,
  item: Item | undefined,
): State {
  const { paging } = state;
  return paging ? { ...state, paging: { ...paging, since: new Map(paging.since).set(id, item) } } : state;
}
