import type { ReactElement } from "react";

const paths = {
  add: "M12 5v14M5 12h14",
  again: "M19.5 12a7.5 7.5 0 1 1-2.3-5.4M19.5 3.5v4h-4",
  back: "M15 5l-7 7 7 7",
  down: "M12 5v14M6 13l6 6 6-6",
  next: "M9 5l7 7-7 7",
  edit: "M4 20h4L19 9a2.8 2.8 0 0 0-4-4L4 16v4zM13.5 6.5l4 4",
  remove: "M4 7h16M10 7V4h4v3M6.5 7l1 13h9l1-13M10 11v5.5M14 11v5.5",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM20 20l-4-4",
  stop: "M7 7h10v10H7z",
  send: "M12 19V5M5.5 11.5L12 5l6.5 6.5",
};

/** An icon beside a label, or in a button with a label. */
export function Icon({ name }: { name: keyof typeof paths }): ReactElement {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
