import type { SendOptions } from "@ai-desk/client";
import type { ReactElement } from "react";
import { useId } from "react";

/** The author of a message. */
export type Sender = NonNullable<SendOptions["sender"]>;

const senders = { user: "You", assistant: "Assistant" } satisfies Record<Sender, string>;

type SenderSwitchProps = { sender: Sender; onChange: (sender: Sender) => void };

/** Chooses the sender of the next message, to try both sides of a conversation. */
export function SenderSwitch({ sender, onChange }: SenderSwitchProps): ReactElement {
  const group = useId();
  return (
    <fieldset className="sender-switch">
      <legend className="hidden-text">Write as</legend>
      {(Object.keys(senders) as Sender[]).map((name) => (
        <label key={name}>
          <input
            type="radio"
            name={group}
            value={name}
            checked={name === sender}
            onChange={() => onChange(name)}
          />
          <span>{senders[name]}</span>
        </label>
      ))}
    </fieldset>
  );
}
