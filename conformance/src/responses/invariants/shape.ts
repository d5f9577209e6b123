import type { Violation } from '@agentproto/rules/responses/2026-04-24';
import { isSlug, type Revision } from '../revision.ts';
import { records, text, type Json } from '../view.ts';

/** The same fault, whichever item it is in. */
export const sameFault = (one: Violation, other: Violation): boolean =>
  one.expected === other.expected && anywhere(one.pointer) === anywhere(other.pointer);

const anywhere = (pointer: string): string => pointer.replaceAll(/\/\d+(?=\/|$)/g, '/#');

/** A member of the response itself is not there. */
export const isMissingMember = ({ pointer, got }: Violation): boolean => got === 'nothing' && /^\/[^/]+$/.test(pointer);

/** What of these is a matter of the response's own shape, and of no rule about its items and tools. */
export function responseFaults(
  faults: readonly Violation[],
  response: Json,
  revision: Revision,
  ownStatus: boolean,
): Violation[] {
  return faults.filter(({ pointer }) => {
    const [, list, index, rest] = /^\/(output|tools)\/(\d+)(.*)$/.exec(pointer) ?? [];
    if (list === undefined) return true;
    const type = records(response[list])[Number(index)]?.type;
    if (list === 'tools') return knows(revision, 'Tool', type);
    return knows(revision, 'ItemField', type) && !(ownStatus && rest === '/status');
  });
}

const known = new WeakMap<Revision, Map<string, boolean>>();

/** Whether the revision names a type of items or tools; what has a prefix is known as such. */
export function knows(revision: Revision, name: 'ItemField' | 'Tool', given: unknown): boolean {
  const type = text(given);
  if (type === undefined) return true;
  if (isSlug(type)) return true;
  let answers = known.get(revision);
  if (!answers) known.set(revision, (answers = new Map()));
  const key = `${name} ${type}`;
  let answer = answers.get(key);
  if (answer === undefined) {
    answer = !revision.violations(name, { type }).some(({ pointer }) => pointer === '/type' || pointer === '');
    answers.set(key, answer);
  }
  return answer;
}
