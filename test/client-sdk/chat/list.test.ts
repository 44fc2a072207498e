import { expect, test } from "vitest";
import type { ListEvent } from "../../../client-sdk/src/chat/wire.ts";
import { createClient } from "../../../client-sdk/src/index.ts";
import { startGateway } from "../../support/gateway.ts";
import { openLine } from "../../support/line-reader.ts";
import { Collector } from "../../support/readers.ts";
import { startApp } from "../../support/start-app.ts";

test.for(["pass", "refuse"] as const)(
  "the list of sessions is followed, and resumed from its position (WebSockets: %s)",
  async (sockets, context) => {
    const { url } = await startApp();
    const { status } = await fetch(`${url}/api/events`);
    if (sockets === "refuse" && status === 404) context.skip("the server has no list events over REST yet");
    const gateway = await startGateway(url, { sockets });
    const client = createClient({ url });
    await client.session.create.mutate({ id: "one" });
    const { line, statuses } = openLine({ url: gateway.url }, { timing: { retryMs: 1, maxRetryMs: 20 } });
    const events = new Collector<ListEvent>();
    let position: string | undefined;
    line.followList({
      position: () => position,
      take(items) {
        position = items.at(-1)?.position;
        for (const { event } of items) events.add(event);
      },
      onStatus: () => undefined,
      onRefused: () => undefined,
    });
    const seen = (id: string): Promise<ListEvent[]> =>
      events.until((all) => all.some((event) => event.type === "session" && event.session.id === id));
    await statuses.until((items) => items.at(-1) === "live");
    await client.session.create.mutate({ id: "two" });
    await seen("two");
    gateway.cut();
    await client.session.create.mutate({ id: "three" });
    await seen("three");
    const changes = events.items.filter(({ type }) => type !== "caught_up");
    expect(changes.map(({ type }) => type)).toEqual(["snapshot", "session", "session"]);
  },
);
