/**
 * A page that was asked for, with the changes that the log told since: the page may hold these items as they were before.
 * An id without an item was deleted.
 */
export type PageUnderWay<Id, Item> = {
  readonly token: number;
  readonly since: ReadonlyMap<Id, Item | undefined>;
};

type Paged<Id, Item> = { readonly paging: PageUnderWay<Id, Item> | undefined };

/** Notes a change for the page that is under way, if one is. */
export function remember<Id, Item, State extends Paged<Id, Item>>(
  state: State & Paged<Id, Item>,
  id: NoInfer<Id>,
  item: NoInfer<Item> | undefined,
): State {
  const { paging } = state;
  return paging ? { ...state, paging: { ...paging, since: new Map(paging.since).set(id, item) } } : state;
}
