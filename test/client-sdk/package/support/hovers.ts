import { readFileSync, existsSync } from "node:fs";
import { join } from "node:path";

/** The part of TypeScript's API that is used. TypeScript 7 has no such API yet, so it is that of an installed 5. */
export type Compiler = {
  createLanguageService(host: object): {
    getQuickInfoAtPosition(
      file: string,
      position: number,
    ): { displayParts?: { text: string }[]; documentation?: { text: string }[] } | undefined;
  };
  getDefaultLibFilePath(options: object): string;
  ScriptSnapshot: { fromString(text: string): object };
  sys: object;
  ScriptTarget: { ES2022: number };
  ModuleKind: { NodeNext: number };
};

/** The texts that an editor shows over the names of a file. */
export class Hovers {
  readonly #service: ReturnType<Compiler["createLanguageService"]>;
  readonly #file: string;
  readonly #text: string;

  constructor(compiler: Compiler, folder: string, file: string, text: string) {
    this.#file = join(folder, file);
    this.#text = text;
    const { ScriptTarget, ModuleKind } = compiler;
    const options = { target: ScriptTarget.ES2022, module: ModuleKind.NodeNext, strict: true, types: [] };
    this.#service = compiler.createLanguageService({
      ...compiler.sys,
      getCompilationSettings: () => options,
      getScriptFileNames: () => [this.#file],
      getScriptVersion: () => "1",
      getScriptSnapshot: (path: string) =>
        existsSync(path) ? compiler.ScriptSnapshot.fromString(readFileSync(path, "utf8")) : undefined,
      useCaseSensitiveFileNames: () => true,
      getCurrentDirectory: () => folder,
      getDefaultLibFileName: () => compiler.getDefaultLibFilePath(options),
    });
  }

  /** The hover over the end of the first place of these words. */
  over(words: string): { text: string; sentence: string } {
    const found = this.#text.search(
      new RegExp(`${words.startsWith(".") ? "" : "\\b"}${words.replaceAll(".", "\\.")}\\b`),
    );
    const info = this.#service.getQuickInfoAtPosition(this.#file, found + words.length - 1);
    if (found < 0 || !info) throw new Error(`There is nothing over ${words}.`);
    return { text: textOf(info.displayParts), sentence: textOf(info.documentation) };
  }
}

function textOf(parts: { text: string }[] = []): string {
  return parts.map(({ text }) => text).join("");
}
