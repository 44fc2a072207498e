import DOMPurify from "dompurify";
import type { Tokens } from "marked";
import { Marked } from "marked";

/** Writes text as HTML that shows it. */
const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

const marked = new Marked({
  gfm: true,
  breaks: true,
  renderer: {
    // HTML in a message is shown as it is written.
    html: ({ text }) => escape(text),
    // The line end is for those who copy or read the text.
    br: () => "<br>\n",
    code({ text, lang = "" }) {
      const language = escape(lang.split(/\s/)[0] ?? "");
      return (
        `<div class="code" data-language="${language}"><button type="button" class="copy" aria-label="Copy code" title="Copy code"></button>` +
        `<pre tabindex="0"><code>${escape(text)}</code></pre></div>`
      );
    },
    checkbox: ({ checked }) => (checked ? "☑ " : "☐ "),
    // The page has one first heading, its title, and no level may be left out after it.
    heading({ tokens, depth }) {
      return `<h2 class="heading-${depth}">${this.parser.parseInline(tokens)}</h2>\n`;
    },
    // A picture of another host would tell that host who reads.
    image: ({ href, text }) => `<a href="${escape(href)}">${escape(text || href)}</a>`,
  },
  walkTokens(token) {
    if (token.type !== "link") return;
    // A link cannot be inside of another one: there a picture is its text.
    void marked.walkTokens(token.tokens ?? [], (inner) => {
      if (inner.type !== "image") return;
      const { text, href } = inner as Tokens.Image;
      Object.assign(inner, { type: "text", text: text || href, tokens: undefined });
    });
  },
});

/** Addresses of these kinds, and of this server. Other attributes are checked by it too, such as `start="3"`. */
const allowedAddress = /^(?:(?:https?|mailto|tel):|[^a-z]|[a-z+.-]+(?:[^a-z+.\-:]|$))/i;

const purifier = DOMPurify(window);
purifier.addHook("afterSanitizeAttributes", (node) => {
  if (node.tagName !== "A") return;
  node.setAttribute("target", "_blank");
  node.setAttribute("rel", "noopener noreferrer nofollow");
});

/** The time of the parser can rise with the square of the length. A longer text is shown as it is written. */
const maxMarkdownChars = 30_000;

/** The parser reads the rest of a text anew for each level of quotes: thousands of them would keep it busy for seconds. */
const deepQuotes = /^(?:[ \t]*>){40}/m;

/** Markdown as HTML that is safe to show, whatever the text is. */
export function renderMarkdown(text: string): string {
  if (text.length > maxMarkdownChars || deepQuotes.test(text)) return showPlain(text);
  try {
    return render(text);
  } catch {
    // Some texts nest deeper than the parser's stack goes.
    return showPlain(text);
  }
}

function showPlain(text: string): string {
  return `<p class="plain">${escape(text)}</p>`;
}

function render(text: string): string {
  const html = marked
    .parse(text, { async: false })
    .replaceAll("<table>", '<div class="table" tabindex="0"><table>')
    .replaceAll("</table>", "</table></div>");
  return purifier
    .sanitize(html, {
      FORBID_TAGS: ["style", "form", "img", "svg", "math", "video", "audio", "picture"],
      FORBID_ATTR: ["style", "id", "name"],
      ALLOWED_URI_REGEXP: allowedAddress,
    })
    .trimEnd();
}
