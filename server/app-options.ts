import type { Logger } from "pino";
import type { OpenOptions } from "../db/sqlite/open-database.ts";
import type { Guard } from "./access/guard.ts";
import type { AssistantSettings } from "./assistant/assistant.ts";
import type { Bounds } from "./http/bounds.ts";
import type { HostPolicy } from "./http/host-policy.ts";
import type { OriginPolicy } from "./http/origin-policy.ts";
import type { Timeouts } from "./http/timeouts.ts";

export type AppOptions = {
  database: OpenOptions;
  /** The host names that requests may be addressed to. */
  hosts: HostPolicy;
  /** The origins whose web pages may use the server. */
  origins: OriginPolicy;
  maxMessageChars: number;
  /** The most subscribers of a session at a time, over all doors. */
  maxReadersPerSession: number;
  /** The most subscriptions of a tRPC socket at a time. */
  maxSubscriptionsPerSocket: number;
  bounds?: Partial<Bounds>;
  logger: Logger;
  timeouts?: Partial<Timeouts>;
  /** Allows or refuses each operation of each caller; by default it allows all. */
  guard?: Guard;
  now?: () => Date;
  /** A clock that only goes forward, in milliseconds. */
  elapsedMs?: () => number;
  newSessionId?: () => string;
  /** Answers the messages of users; by default nobody does. */
  assistant?: AssistantSettings | undefined;
};
