import { healthRoutes } from "./health-routes.ts";
import type { Route } from "./routes.ts";
import { eventsRoutes } from "./events.ts";
import { replyStreamRoute } from "./reply-stream.ts";
import { chatRoutes } from "./ui-message-stream.ts";

/** The routes that are not procedures of the router. */
export const ownRoutes: readonly Route[] = [
  ...Object.values(healthRoutes),
  ...Object.values(eventsRoutes),
  replyStreamRoute,
  ...Object.values(chatRoutes),
];
