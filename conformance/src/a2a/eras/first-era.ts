import { validate, type Violation } from '@agentproto/rules/a2a/0.1';
import { invariant } from '../../kit/invariant.ts';
import { isRecord } from '../../kit/json.ts';
import { aList, nonEmptyString } from '../../kit/match.ts';
import { done } from '../../kit/steps.ts';
import { seen } from '../../kit/subject.ts';
import { isEventStream } from '../content-type.ts';
import { scenario } from '../scenario.ts';
import { walk, writtenIn, type WrittenObject } from './model.ts';

/** What the time of tasks/send asks for by itself. */

export const firstScenarios = [
  scenario('a2a/first/card', {
    title: 'A card is published, and says what it has to',
    proves: ['A2A01-CARD-001', 'A2A01-CARD-002'],
    bindings: ['card'],
    async play({ agent, check }) {
      const reply = await agent.fetch('GET', agent.cardUrl, [], { binding: 'card' });
      const { json } = reply.exchange.response ?? {};
      check('A2A01-CARD-001', reply).has({ httpStatus: 200 });
      check('A2A01-CARD-001', seen(json, reply.place)).holds(isRecord(json), 'a JSON object');
      if (!isRecord(json)) return;
      check('A2A01-CARD-002', seen(json, reply.place)).has({
        name: nonEmptyString,
        url: nonEmptyString,
        version: nonEmptyString,
        capabilities: {},
        skills: aList,
      });
      for (const skill of Array.isArray(json.skills) ? json.skills : [])
        check('A2A01-CARD-002', seen(skill, reply.place)).has({ id: nonEmptyString, name: nonEmptyString });
    },
  }),

  scenario('a2a/first/task-id', {
    title: 'The client names the task',
    proves: ['A2A01-SEND-002'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const taskId = agent.fresh('task');
      const reply = await agent.send(done, { taskId });
      reply.sentTask();
      check('A2A01-SEND-002', reply.taskSubject).has({ id: taskId });
    },
  }),
];

/** What an object is, in a result or an event of the time. */
function nameOf(
  { kind, value }: WrittenObject,
  inStream: boolean,
): 'Task' | 'TaskStatusUpdateEvent' | 'TaskArtifactUpdateEvent' | undefined {
  if (inStream) return isRecord(value.artifact) ? 'TaskArtifactUpdateEvent' : 'TaskStatusUpdateEvent';
  return kind === 'task' ? 'Task' : undefined;
}

/** Not there, or of the wrong JSON type; `type`, states, roles and times have rows of their own. */
function lacking({ expected, pointer }: Violation): boolean {
  if (/\/(type|state|role|timestamp)$/.test(pointer)) return false;
  return /^(a value|an? (string|object|array|boolean|integer|number))$/.test(expected);
}

export const firstInvariants = [
  invariant('a2a/first/types', {
    title: 'Parts say by type which they are',
    proves: ['A2A01-DM-001'],
    bindings: ['JSONRPC'],
    examine(exchange, check) {
      for (const { value, place } of writtenIn(exchange)) {
        const wrong: string[] = [];
        let parts = 0;
        walk(value, (key, member, path) => {
          if (key !== 'parts' || !Array.isArray(member)) return;
          parts += member.length;
          for (const part of member)
            if (!isRecord(part) || !['text', 'file', 'data'].includes(String(part.type))) wrong.push(path);
        });
        if (parts > 0)
          check('A2A01-DM-001', seen(value, place)).holds(wrong.length === 0, 'the type of every part', wrong);
      }
    },
  }),

  invariant('a2a/first/members', {
    title: 'Objects have their required members',
    proves: ['A2A01-DM-004'],
    bindings: ['JSONRPC'],
    ofHostile: true,
    examine(exchange, check) {
      for (const one of writtenIn(exchange)) {
        const name = nameOf(one, isEventStream(exchange));
        if (!name) continue;
        const found = validate(name, one.value).filter(
          (violation) => lacking(violation) && !(exchange.hostile && /\/history\/\d/.test(violation.pointer)),
        );
        check('A2A01-DM-004', seen(one.value, one.place)).holds(
          found.length === 0,
          `every required member of a ${name}`,
          found.map(({ message, field }) => `${field}: ${message}`),
        );
      }
    },
  }),
];
