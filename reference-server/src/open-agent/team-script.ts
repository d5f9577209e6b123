import type { Script, Step } from '@agentproto/script';

/** A member of a team at work. */
export interface Speaker {
  /** Of its agent. */
  name: string;
  role: string;
  /** What its agent or its model does by itself, if anything. */
  script?: Script | undefined;
}

/**
 * What a leader does that nobody wrote a script for: it asks each member in turn, and passes on what each says; so the
 * answer is made of all. A member without a script of its own says the text back, under its role. One that needs a tool of the
 * caller halts the team; once it has the result it goes on, and then the others.
 */
export function teamScript(speakers: readonly Speaker[], text: string): Script {
  const turns: Step[][] = [[]];
  for (const { name, role, script } of speakers) {
    if (!script) {
      turns.at(-1)!.push({ delegate: { from: name, text: `${role}: ${text}\n` } });
      continue;
    }
    for (const { steps } of [script, ...(script.turns ?? [])]) {
      turns.at(-1)!.push(...steps.flatMap((step) => said(name, step)));
      if (!asksCaller(steps.at(-1))) break;
      turns.push([]);
    }
  }
  const [steps = [], ...rest] = turns;
  return { steps, ...(rest.length > 0 && { turns: rest.map((one) => ({ steps: one })) }) };
}

/** A step of a member, as its leader passes it on. */
function said(from: string, step: Step): Step[] {
  if ('text' in step && !('end' in step)) return [{ delegate: { from, text: step.text } }];
  if ('refuse' in step) return [{ delegate: { from, text: step.refuse } }];
  // Whose turn it is.
  if ('tool' in step) return [{ delegate: { from } }, step];
  if ('end' in step && step.end === 'completed')
    return step.text === undefined ? [] : [{ delegate: { from, text: step.text } }];
  return [step];
}

const asksCaller = (step: Step | undefined): boolean =>
  step !== undefined && 'tool' in step && step.tool.by === 'client';
