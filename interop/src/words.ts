/** What is sent to bring an agent to do something. */
export interface Words {
  /** Completes, and says something in pieces. */
  done: string;
  /** Works for a second or more. */
  slow: string;
  /** Asks for input, and completes on the follow-up. */
  input: string;
  fail: string;
  /** Answers without a task. */
  msg: string;
  /** Wants to run a tool, and runs it once that is approved. */
  approval: string;
}

/** What the agents of the lanes know; `words.yaml` says the same to the suite. */
export const WORDS: Words = {
  done: 'Say hello',
  slow: 'slow',
  input: 'input',
  fail: 'fail',
  msg: 'direct',
  approval: 'approve',
};

/** What an agent knows that follows scripts. */
export const SHORT_FORMS: Words = {
  done: '@chunks 3',
  slow: '@slow 2s',
  input: '@input Which one?',
  fail: '@fail It did not work',
  msg: '@direct A direct answer',
  approval: '@approve delete_pod {"name":"nginx"}',
};
