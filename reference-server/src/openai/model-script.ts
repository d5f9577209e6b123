import { findScript, parseScript } from '@agentproto/script';
import type { Script } from '@agentproto/script';

/** A model's script: whole, or in its short form. Undefined where the text is none. Throws a ScriptError. */
export const textScript = (given: Script | string): Script | undefined =>
  typeof given === 'string' ? findScript({ texts: [given], data: [], metadata: [] })?.script : parseScript(given);
