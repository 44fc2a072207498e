import type { Store } from "../../../db/store.ts";
import type { LogEvent, TrackedEvent } from "../../../server/live/change-log.ts";
import type { Sink } from "../../../server/live/feed.ts";
import type { FollowRequest } from "../../../server/live/follow-request.ts";
import type { LiveHub } from "../../../server/live/live-hub.ts";
import type { Listener } from "../../../server/live/subscriber.ts";
import type { Edit } from "../../support/changed-copy.ts";
import type { Scenario } from "../scenario.ts";
import type { ViolationName } from "../violation.ts";

/** A bug that wraps ports of the server: of each port it makes one that does something wrong. */
export type Wraps = {
  store?: (store: Store) => Store;
  hub?: (hub: LiveHub) => LiveHub;
  /** The change log that a reader follows, and the position that it comes with. */
  request?: <Event extends LogEvent>(request: FollowRequest<Event>) => FollowRequest<Event>;
  /** The sink of a reader that follows a log. */
  sink?: <Event extends LogEvent>(sink: Sink<TrackedEvent<Event>>) => Sink<TrackedEvent<Event>>;
  /** The receiver of the live events of one reader. */
  listener?: <Event extends LogEvent>(listener: Listener<Event>) => Listener<Event>;
};

/** A mistake in the server. It wraps a port, or it edits the text of files where no port shows it. */
export type PlantedBug = {
  bug: string;
  /** The name that the checker has to give it. */
  caughtAs: ViolationName;
  /** The conditions under which the bug shows, beside a load. */
  when?: Partial<Scenario>;
} & ({ wraps: Wraps } | { edits: readonly Edit[] });

/** Readers come and go, and come back with their positions. */
export const comingAndGoing: Partial<Scenario> = { moody: true, linkFaults: 20, cuts: 2 };
