import type { ComponentProps, ReactElement } from "react";
import { Icon } from "./icon.tsx";

type IconButtonProps = Omit<ComponentProps<"button">, "children"> & {
  icon: ComponentProps<typeof Icon>["name"];
  /** Names the effect of the button, in tooltips and for screen readers. */
  label: string;
};

/** A button that shows only an icon. */
export function IconButton({ icon, label, className = "", ...rest }: IconButtonProps): ReactElement {
  return (
    <button type="button" className={`icon-button ${className}`} aria-label={label} title={label} {...rest}>
      <Icon name={icon} />
    </button>
  );
}
