import type { Page } from "../contract/page.ts";
import { limits } from "../contract/limits.ts";

export type ReadPage<Item> = (page: { cursor?: string; limit: number }) => Promise<Page<Item>>;

/** Every item of a list with a fixed order, page after page. The first page is read before this resolves. */
export async function readAllPages<Item>(read: ReadPage<Item>): Promise<AsyncIterable<Item>> {
  return goOn(await read({ limit: limits.pageItems }), read);
}

async function* goOn<Item>(first: Page<Item>, read: ReadPage<Item>): AsyncGenerator<Item> {
  let page = first;
  for (;;) {
    yield* page.items;
    if (page.next_cursor === null) return;
    page = await read({ cursor: page.next_cursor, limit: limits.pageItems });
  }
}
