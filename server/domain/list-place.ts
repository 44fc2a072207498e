import type { Services } from "./services.ts";

/** The place of a program inside the server in the list of sessions. It outlives the server. */
export type ListPlace = {
  /** @returns a position of the list; undefined if none was saved */
  read(): Promise<string | undefined>;
  save(position: string): Promise<void>;
};

/** @param name no other program has it */
export function openListPlace(services: Services, name: string): ListPlace {
  return {
    read: () => services.store.bookmarks.find(name),
    save: (position) => services.store.bookmarks.save({ name, position }),
  };
}
