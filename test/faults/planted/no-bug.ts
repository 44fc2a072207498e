import type { Wraps } from "./planted-bug.ts";
import { withVerbs } from "./with-verbs.ts";

/** Every port is wrapped, and each verb is the port's own. */
export const noBug: { bug: string; wraps: Required<Wraps> } = {
  bug: "none",
  wraps: {
    store: (store) =>
      withVerbs(store, { change: (id, unit) => store.change(id, (session) => unit(withVerbs(session, {}))) }),
    hub: (hub) => withVerbs(hub, {}),
    request: (request) => ({ ...request, log: withVerbs(request.log, {}) }),
    sink: (sink) => withVerbs(sink, {}),
    listener: (listener) => withVerbs(listener, {}),
  },
};
