import type { ReactElement, ReactNode } from "react";
import { createContext, useContext, useState } from "react";
import { ConfirmDialog } from "./confirm-dialog.tsx";

/** A question whose answer is to do something or not. */
export type Question = {
  title: string;
  text: string;
  /** The label of the button that does it. */
  action: string;
  onConfirm: () => void;
};

const AskContext = createContext<(question: Question) => void>(() => undefined);

/** Asks before something that cannot be undone. */
export function useConfirm(): (question: Question) => void {
  return useContext(AskContext);
}

/** Shows the questions of all components below, one at a time. */
export function ConfirmProvider({ children }: { children: ReactNode }): ReactElement {
  const [question, setQuestion] = useState<Question>();
  return (
    <AskContext value={setQuestion}>
      {children}
      {question && <ConfirmDialog question={question} onClose={() => setQuestion(undefined)} />}
    </AskContext>
  );
}
