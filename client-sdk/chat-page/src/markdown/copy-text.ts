import { announce } from "../announce.ts";

/** Copies the text of an element. A page on plain http has no clipboard API: there the selection is copied. */
export async function copyText(element: Element): Promise<boolean> {
  const isCopied = await write(element);
  announce(isCopied ? "Copied" : "The browser does not let the page copy");
  return isCopied;
}

async function write(element: Element): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(element.textContent ?? "");
    return true;
  } catch {
    getSelection()?.selectAllChildren(element);
    return document.execCommand("copy");
  }
}
