import type { ServerOptions } from '@agentproto/reference-server';
import type { ClientSituation } from '../../../kit/client-check.ts';
import { API_KEY, extended, TEXT } from '../situations.ts';

const says: ServerOptions['agent'] = () => ({
  steps: [{ status: 'thinking' }, { text: 'Hello from ' }, { text: 'the other side' }],
});
/** Only who waits, or is told by a webhook, has the text. */
const saysLater: ServerOptions['agent'] = () => ({ steps: [{ status: 'thinking' }, { sleep: 300 }, { text: TEXT }] });
const saysInPieces: ServerOptions['agent'] = () => ({
  steps: [{ status: 'thinking' }, { text: 'Hello from ' }, { sleep: 300 }, { text: 'the other side' }],
});
const expected = { text: TEXT };

/** Agents of 0.3 and 0.2 that a client is put before: it sends, streams, and tells what its last turn brought. */
export const oldSituations: readonly ClientSituation[] = [
  { ...{ name: 'plain', title: 'An agent that keeps the protocol', expected }, options: { agent: says } },
  {
    ...{ name: 'unknown-members', title: 'Objects have members that no specification knows' },
    ...{ twin: 'plain', expected },
    options: { agent: says, quirks: ['a2a.legal.unknown-members'] },
  },
  {
    ...{ name: 'transports', title: 'HTTP+JSON is preferred, and JSON-RPC is at an address of its own', expected },
    options: { agent: says, quirks: ['a2a.card.transports-apart'] },
  },
  {
    ...{ name: 'webhook', title: 'A webhook is called, also by somebody who is not the agent', expected },
    options: {
      agent: saysLater,
      a2a: { capabilities: { streaming: true, pushNotifications: true } },
      quirks: ['a2a.delivery.forged-too'],
      webhooks: { loopback: true, attempts: 2, backoffMs: 50 },
    },
  },
  {
    ...{ name: 'extended-card', title: 'The extended card has another interface than the public one', expected },
    ...{ options: { agent: says }, setUp: extended('0.3.0'), apiKey: API_KEY },
  },
  {
    ...{ name: 'input', title: 'The task asks for input', expected },
    options: {
      agent: () => ({ steps: [{ end: 'input-required', text: 'Which city?' }], turns: [{ steps: [{ text: TEXT }] }] }),
    },
  },
  {
    ...{ name: 'error', title: 'The agent takes no text, and answers with an error of the protocol' },
    ...{ twin: 'plain', expected: 'failed' },
    options: { agent: says, a2a: { card: { defaultInputModes: ['image/png'] } }, quirks: ['a2a.send.takes-no-text'] },
  },
  {
    ...{ name: 'no-end', title: 'Streams end before the task does', twin: 'plain', expected: 'failed' },
    options: {
      ...{ agent: says, quirks: ['a2a.stream.ends-without-the-end'] },
      // Nor does the second half of the text come.
      faults: [{ kind: 'drop', event: 3, times: 100 }],
    },
  },
  {
    ...{ name: 'lost', title: 'The connection is lost in the middle of the first stream, and the task goes on' },
    ...{ twin: 'plain', expected: 'failed' },
    options: {
      agent: saysInPieces,
      faults: [{ kind: 'cut', at: { event: 3 }, how: 'reset' }],
    },
  },
];

/** In 0.2 there is JSON-RPC alone. */
export const situationsOf02 = oldSituations.filter(({ name }) => name !== 'transports');
