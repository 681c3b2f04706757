/** What is asked before something is done. */
export interface Question {
  title: string;
  /** What will happen. */
  text: string;
  /** The words on the button that does it. */
  action: string;
  /** It cannot be undone. */
  isDangerous?: boolean;
}

/** A question, and what to do with the answer. */
export interface Asked extends Question {
  answer: (isYes: boolean) => void;
}
