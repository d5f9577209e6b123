import type { Script } from './script.ts';

/** What an agent does that was given no script: it says the text back. */
export function echoScript(text: string): Script {
  return { steps: text === '' ? [] : [{ text }] };
}
