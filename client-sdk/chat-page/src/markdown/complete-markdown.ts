import remend from "remend";

/** A last line of these alone would turn the paragraph before it into a heading or a table, until the line goes on. */
const unfinishedLine = /\n[ \t]*(?:-+|=+|\|[ \t|:-]*)$/;

/** The beginning of a text, such that its last part looks as it will when the text is complete. */
export function completeMarkdown(text: string): string {
  return remend(text.replace(unfinishedLine, "\n"), { linkMode: "text-only" });
}
