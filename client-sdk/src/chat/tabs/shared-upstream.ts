import type { Upstream } from "../connection/log.ts";
import { sameLog } from "../connection/log.ts";
import type { SharedLog } from "./shared-log.ts";
import { createSharedLog } from "./shared-log.ts";

/** An upstream that follows each log once, however many followers the log has. */
export function shareUpstream(upstream: Upstream): Upstream {
  const shared = new Set<SharedLog>();
  return {
    ...upstream,
    get status() {
      return upstream.status;
    },
    follow(name, follower) {
      let log = [...shared].find((each) => sameLog(each.name, name));
      if (!log) shared.add((log = createSharedLog(upstream, name)));
      const found = log;
      const end = found.add(follower);
      return () => {
        end();
        if (found.isEmpty) shared.delete(found);
      };
    },
  };
}
