import type {
  ReasoningMessagePartProps,
  TextMessagePartProps,
  ToolCallMessagePartProps,
} from "@assistant-ui/react";
import {
  ActionBarPrimitive,
  AuiIf,
  BranchPickerPrimitive,
  ComposerPrimitive,
  MessagePrimitive,
  ThreadPrimitive,
  useAui,
  useAuiState,
} from "@assistant-ui/react";
import type { ReactElement } from "react";

/** A thread as a stock app of assistant-ui has it. */
export function Thread(): ReactElement {
  const aui = useAui();
  return (
    <ThreadPrimitive.Root>
      <ThreadPrimitive.Viewport>
        <AuiIf condition={({ thread }) => thread.hasEarlier}>
          <button onClick={() => void aui.thread.loadEarlier()}>Earlier</button>
        </AuiIf>
        <ol>
          <ThreadPrimitive.Messages components={{ Message, EditComposer }} />
        </ol>
      </ThreadPrimitive.Viewport>
      <ComposerPrimitive.Root>
        <ComposerPrimitive.Input data-testid="composer" />
        <AuiIf condition={({ thread }) => thread.isRunning}>
          <ComposerPrimitive.Cancel data-testid="stop">Stop</ComposerPrimitive.Cancel>
        </AuiIf>
      </ComposerPrimitive.Root>
    </ThreadPrimitive.Root>
  );
}

function Message(): ReactElement {
  const aui = useAui();
  const role = useAuiState(({ message }) => message.role);
  const status = useAuiState(({ message }) => message.status?.type);
  return (
    <MessagePrimitive.Root asChild>
      <li data-sender={role} data-status={status}>
        <div className="content">
          <MessagePrimitive.Parts components={{ Text, Reasoning, tools: { Fallback: ToolCall } }} />
        </div>
        <MessagePrimitive.Error>
          <em>failed</em>
        </MessagePrimitive.Error>
        <BranchPickerPrimitive.Root hideWhenSingleBranch>
          <BranchPickerPrimitive.Previous>Previous</BranchPickerPrimitive.Previous>
          <span data-testid="branch">
            <BranchPickerPrimitive.Number />/<BranchPickerPrimitive.Count />
          </span>
          <BranchPickerPrimitive.Next>Next</BranchPickerPrimitive.Next>
        </BranchPickerPrimitive.Root>
        <ActionBarPrimitive.Root>
          {role === "user" ? (
            <ActionBarPrimitive.Edit>Edit</ActionBarPrimitive.Edit>
          ) : (
            <ActionBarPrimitive.Reload>Reload</ActionBarPrimitive.Reload>
          )}
          <button onClick={() => void aui.message.delete()}>Remove</button>
        </ActionBarPrimitive.Root>
      </li>
    </MessagePrimitive.Root>
  );
}

function Text({ text }: TextMessagePartProps): string {
  return text;
}

function Reasoning({ text }: ReasoningMessagePartProps): ReactElement {
  return <i>{text}</i>;
}

function ToolCall({ toolName, argsText, result }: ToolCallMessagePartProps): ReactElement {
  return (
    <code>
      {toolName}({argsText}) = {String(result)}
    </code>
  );
}

function EditComposer(): ReactElement {
  return (
    <ComposerPrimitive.Root>
      <ComposerPrimitive.Input data-testid="editor" />
      <ComposerPrimitive.Send>Save</ComposerPrimitive.Send>
    </ComposerPrimitive.Root>
  );
}
