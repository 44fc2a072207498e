import DOMPurify from "dompurify";
import type { Tokens } from "marked";
import { Marked } from "marked";

/** Escapes text for HTML. */
const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

const marked = new Marked({
  gfm: true,
  breaks: true,
  renderer: {
    // HTML in a message is shown as text.
    html: ({ text }) => escape(text),
    // The line end is for copied text and screen readers.
    br: () => "<br>\n",
    code({ text, lang = "" }) {
      const language = escape(lang.split(/\s/)[0] ?? "");
      return (
        `<div class="code" data-language="${language}"><button type="button" class="copy" aria-label="Copy code" title="Copy code"></button>` +
        `<pre tabindex="0"><code>${escape(text)}</code></pre></div>`
      );
    },
    checkbox: ({ checked }) => (checked ? "☑ " : "☐ "),
    // The only first heading of the page is its title, and the levels after it must have no gap.
    heading({ tokens, depth }) {
      return `<h2 class="heading-${depth}">${this.parser.parseInline(tokens)}</h2>\n`;
    },
    // An image from another host would tell that host who reads.
    image: ({ href, text }) => `<a href="${escape(href)}">${escape(text || href)}</a>`,
  },
  walkTokens(token) {
    if (token.type !== "link") return;
    // A link cannot contain a link, so an image in a link is shown as its text.
    void marked.walkTokens(token.tokens ?? [], (inner) => {
      if (inner.type !== "image") return;
      const { text, href } = inner as Tokens.Image;
      Object.assign(inner, { type: "text", text: text || href, tokens: undefined });
    });
  },
});

/**
 * Addresses of these kinds, and of this server. The sanitiser checks other attributes with it too, such as `start="3"`.
 */
const allowedAddress = /^(?:(?:https?|mailto|tel):|[^a-z]|[a-z+.-]+(?:[^a-z+.\-:]|$))/i;

const purifier = DOMPurify(window);
purifier.addHook("afterSanitizeAttributes", (node) => {
  if (node.tagName !== "A") return;
  node.setAttribute("target", "_blank");
  node.setAttribute("rel", "noopener noreferrer nofollow");
});

/** The parser's time can rise with the square of the length. A longer text is shown without formatting. */
const maxMarkdownChars = 30_000;

/**
 * The parser reads the rest of a text again for each level of quotes: thousands of levels would block it for seconds.
 */
const deepQuotes = /^(?:[ \t]*>){40}/m;

/** Markdown as HTML that is safe to show, for any text. */
export function renderMarkdown(text: string): string {
  if (text.length > maxMarkdownChars || deepQuotes.test(text)) return showPlain(text);
  try {
    return render(text);
  } catch {
    // Some texts nest deeper than the parser's stack allows.
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
