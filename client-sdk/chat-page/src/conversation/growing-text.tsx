import type { ComponentProps, ReactElement } from "react";

/** A text field as high as its text. It lies over a copy of the text, which determines the height. */
export function GrowingText({
  value,
  ...rest
}: ComponentProps<"textarea"> & { value: string }): ReactElement {
  return (
    <div className="growing" data-text={`${value} `}>
      <textarea rows={1} value={value} {...rest} />
    </div>
  );
}
