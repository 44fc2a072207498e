import { startApp } from "../../../support/start-app.ts";
import { createHttpClient } from "../../../support/trpc-clients.ts";
import { FaultyProxy } from "./faulty-proxy.ts";

/** A real server with the session "s", and a proxy before it. `ways` leads calls over the proxy, and the line past it. */
export async function startDesk() {
  const { url, wsUrl } = await startApp();
  const proxy = await FaultyProxy.start(url);
  const direct = createHttpClient(url);
  await direct.session.create.mutate({ id: "s" });
  const stored = async (): Promise<string[]> =>
    (await direct.session.get.query({ session_id: "s" })).messages.map(({ content }) => content);
  return { proxy, direct, stored, wsUrl, ways: { url: proxy.url, wsUrl } };
}
