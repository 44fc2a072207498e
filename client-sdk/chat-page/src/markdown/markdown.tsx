import type { MouseEvent, ReactElement } from "react";
import { memo } from "react";
import { copyText } from "./copy-text.ts";
import { completeMarkdown } from "./complete-markdown.ts";
import { renderMarkdown } from "./render-markdown.ts";

const copiedMs = 1500;

type MarkdownProps = {
  text: string;
  /** Whether more text will come. */
  isGrowing?: boolean;
};

/** A text in Markdown. Its code blocks have a button that copies them. */
export const Markdown = memo(function Markdown({ text, isGrowing = false }: MarkdownProps): ReactElement {
  return (
    <div
      className="content"
      onClick={(event) => void copyCode(event)}
      // The renderer returns sanitised HTML.
      dangerouslySetInnerHTML={{ __html: renderMarkdown(isGrowing ? completeMarkdown(text) : text) }}
    />
  );
});

async function copyCode(event: MouseEvent): Promise<void> {
  const button = (event.target as Element).closest<HTMLElement>(".copy");
  const code = button?.parentElement?.querySelector("code");
  if (!button || !code || !(await copyText(code))) return;
  button.dataset["copied"] = "";
  setTimeout(() => delete button.dataset["copied"], copiedMs);
}
