import { seen } from '../../kit/subject.ts';
import { end, text } from '../../kit/steps.ts';
import type { Stimulus } from '../../kit/stimulus.ts';
import { isSlug } from '../revision.ts';
import { scenario } from '../scenario.ts';
import { isTerminal } from '../view.ts';
import { hello, says } from './create.ts';

const failsMidway: Stimulus = {
  word: 'fail',
  script: { steps: [text('So far '), end('failed', 'no luck')] },
};

export const streamScenarios = [
  scenario('responses/stream/turn', {
    title: 'A response comes as a stream of events, to the last one',
    proves: ['RESP-STREAM-001', 'RESP-STREAM-003', 'RESP-STREAM-011'],
    bindings: ['SSE'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const answer = await agent.turn(hello, { stream_options: { include_obfuscation: false } });
      const ended = answer.value.types.some(isTerminal);
      const { end, frames } = answer.exchange;
      // A connection that breaks is a matter of its own.
      const broken = end?.kind === 'broken' || end?.kind === 'malformed' ? 'RESP-HTTP-006' : undefined;
      check('RESP-STREAM-011', seen(answer.value.types, answer.place), { blockedBy: broken }).holds(
        ended,
        'an event that ends the response',
      );
      const events = frames.filter(({ kind }) => kind === 'sse');
      check('RESP-STREAM-003', seen(events.at(-1)?.data, answer.place), {
        blockedBy: broken ?? (ended ? undefined : 'RESP-STREAM-011'),
      }).holds(
        events.some(({ data }) => data === '[DONE]'),
        '[DONE]',
      );
    },
  }),

  scenario('responses/stream/pieces', {
    title: 'What comes in pieces is what is said in the end',
    proves: ['RESP-STREAM-012'],
    bindings: ['SSE', 'WebSocket'],
    stimulus: ['multi'],
    async play({ agent, check, lost }) {
      const pieces = ['Plan ', 'a trip ', 'to 漢字 🦉'];
      const answer = await agent.turn(says(...pieces));
      const deltas = answer.events.flatMap(({ type, value }) =>
        type === 'response.output_text.delta' && typeof value.delta === 'string' ? value.delta : [],
      );
      if (deltas.length === 0) throw lost('nothing came in pieces');
      const extended = answer.events.some(({ type, value }) => isSlug(type) && value.delta !== undefined);
      check('RESP-STREAM-012', seen(answer.value.text, answer.place), {
        blockedBy: extended ? 'RESP-EXT-004' : answer.value.types.some(isTerminal) ? undefined : 'RESP-STREAM-011',
      }).equals(deltas.join(''));
    },
  }),

  scenario('responses/stream/queued', {
    title: 'What was queued says when it is worked on',
    proves: ['RESP-STREAM-007'],
    bindings: ['SSE'],
    stimulus: ['done'],
    async play({ agent, check, notApplicable }) {
      const answer = await agent.turn(hello, { background: true });
      const { types } = answer.value;
      const queued = types.indexOf('response.queued');
      if (queued < 0) throw notApplicable('nothing is queued here');
      const next = types.slice(queued + 1).find((type) => type?.startsWith('response.') && type !== 'response.queued');
      check('RESP-STREAM-007', seen(next, answer.place)).hasOneOf('response.in_progress', 'response.failed');
    },
  }),

  scenario('responses/stream/fails', {
    title: 'A response that fails says so at the end of its stream',
    proves: ['RESP-STREAM-008'],
    bindings: ['SSE', 'WebSocket'],
    stimulus: ['fail'],
    async play({ agent, check, lost }) {
      const answer = await agent.turn(failsMidway);
      if (!agent.runsScripts && answer.value.ended === 'completed')
        throw lost('the agent was asked to fail and did not');
      const { types } = answer.value;
      // An error that nothing follows is a matter of its own (STREAM-009).
      const isCut = types.includes('error') && !types.some(isTerminal);
      check('RESP-STREAM-008', seen(types, answer.place), isCut ? { blockedBy: 'RESP-STREAM-009' } : {}).holds(
        types.includes('response.failed'),
        'response.failed',
      );
    },
  }),
];
