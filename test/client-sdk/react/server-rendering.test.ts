import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { expect, test, vi } from "vitest";
import { createChat } from "../../../client-sdk/src/index.ts";
import {
  ChatProvider,
  useChat,
  useSession,
  useSessions,
  useStatus,
} from "../../../client-sdk/src/react/index.ts";

function Everything() {
  const { messages, title } = useSession("s");
  const { sessions } = useSessions();
  const status = useStatus();
  return `${status} ${messages.length} ${sessions.length} ${String(title)} ${typeof useChat().rpc}`;
}

test("rendering on a server shows the beginning, throws nothing and opens nothing", () => {
  const fetch = vi.fn<() => Promise<never>>();
  const WebSocket = vi.fn<() => void>();
  const chat = createChat({ url: "http://nowhere.invalid", fetch, WebSocket: WebSocket as never });
  const html = renderToString(createElement(ChatProvider, { chat }, createElement(Everything)));
  expect(html).toBe("connecting 0 0 undefined function");
  expect([fetch.mock.calls, WebSocket.mock.calls]).toEqual([[], []]);
});

test("a hook without a provider takes the chat that is passed, and without that says what is missing", () => {
  const chat = createChat({ url: "http://nowhere.invalid" });
  function Passed() {
    return useSession("s", { chat }).status + useSessions({ chat }).status + useStatus({ chat });
  }
  expect(renderToString(createElement(Passed))).toBe("connectingconnectingconnecting");
  expect(() => renderToString(createElement(Everything))).toThrow("Render <ChatProvider");
});
