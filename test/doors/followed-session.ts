import { onTestFinished } from "vitest";
import { call, createSession } from "../support/rest.ts";
import type { RunningApp } from "../support/start-app.ts";
import { startApp } from "../support/start-app.ts";
import type { Following, FollowInput, LiveDoor, Seen } from "./live-door.ts";

/** An app with a session of the id `s`, which is empty. */
export async function startWithSession(options: Parameters<typeof startApp>[0] = {}): Promise<RunningApp> {
  const app = await startApp(options);
  await createSession(app.url, { id: "s" });
  return app;
}

/** Changes of the session `s`, over REST. */
export function edit({ url }: RunningApp, id: number, content: string): Promise<Response> {
  return call(url, "PATCH", `/api/sessions/s/messages/${id}`, { content });
}

export function rename({ url }: RunningApp, title: string): Promise<Response> {
  return call(url, "PATCH", "/api/sessions/s", { title });
}

export function remove({ url }: RunningApp, id: number): Promise<Response> {
  return call(url, "DELETE", `/api/sessions/s/messages/${id}`);
}

export function removeSession({ url }: RunningApp): Promise<Response> {
  return call(url, "DELETE", "/api/sessions/s");
}

/** A reader of the session `s` by this door, which goes with the test. */
export function follow(
  door: LiveDoor,
  app: RunningApp,
  after?: string,
  extent?: FollowInput["extent"],
): Following {
  const following = door.follow(app, { session_id: "s", after, extent });
  onTestFinished(() => following.stop());
  return following;
}

/** The first events of a reader: so many changes and, where the door tells of it, `caught_up`. */
export function first(door: LiveDoor, following: Following, changes: number): Promise<Seen[]> {
  return following.events.count(changes + (door.tellsCaughtUp ? 1 : 0));
}
