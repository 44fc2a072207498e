import type { ShownMessage } from "@ai-desk/client";
import type { ReactElement } from "react";
import { IconButton } from "../icon-button.tsx";

type BranchSwitchProps = {
  branch: NonNullable<ShownMessage["branch"]>;
  onChoose: (key: string) => void;
};

/** The place of a message among its alternatives, with buttons to the ones beside it. */
export function BranchSwitch({ branch, onChoose }: BranchSwitchProps): ReactElement {
  const { index, count, keys } = branch;
  const go = (to: string | undefined, icon: "back" | "next", label: string): ReactElement => (
    <IconButton
      icon={icon}
      label={label}
      disabled={to === undefined}
      onClick={() => to !== undefined && onChoose(to)}
    />
  );
  return (
    <span className="branch" role="group" aria-label="Alternatives">
      {go(keys[index - 1], "back", "Previous alternative")}
      <span>
        {index + 1} of {count}
      </span>
      {go(keys[index + 1], "next", "Next alternative")}
    </span>
  );
}
