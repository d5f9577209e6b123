import type { ServerOptions } from '@agentproto/reference-server';
import type { ClientSituation } from '../../kit/client-check.ts';

const TEXT = 'Grüße an die Welt';
const says: ServerOptions['agent'] = () => ({ steps: [{ text: 'Grüße ' }, { text: 'an die Welt' }] });

const oddly = (name: string, title: string, quirk: string): ClientSituation => ({
  ...{ name, title, expected: { text: TEXT }, twin: 'plain' },
  options: { agent: says, quirks: [quirk] },
});

/** Of every stream. */
const always = { match: '/api/chat-stream', times: 100 } as const;

/** Agents that a client is put before: it asks for one turn, as a stream, and tells what it got. */
export const chatSituations: readonly ClientSituation[] = [
  { name: 'plain', title: 'An agent that keeps the protocol', options: { agent: says }, expected: { text: TEXT } },
  {
    ...{ name: 'pieces', title: 'Lines and characters come in pieces', expected: { text: TEXT }, twin: 'plain' },
    options: { agent: says, faults: [{ kind: 'drip', bytes: 7, everyMs: 3, ...always }] },
  },
  oddly('crlf', 'Lines end with CR LF', 'chat.legal.crlf'),
  oddly('blank-lines', 'Blank lines stand between events', 'chat.legal.blank-lines'),
  oddly('spaced-json', 'JSON has spaces between its parts', 'chat.legal.spaced-json'),
  oddly('unknown-events', 'Events come that no document knows', 'chat.legal.unknown-events'),
  {
    ...{ name: 'cut', title: 'The last line is cut off', expected: 'failed', twin: 'plain' },
    options: { agent: says, faults: [{ kind: 'truncate', event: 2, ...always }] },
  },
  {
    ...{ name: 'no-end', title: 'A stream ends with neither done nor error', expected: 'failed', twin: 'plain' },
    options: { agent: says, faults: [{ kind: 'drop', event: 2, ...always }] },
  },
  {
    ...{ name: 'done-after-the-error', title: 'A done follows an error', expected: 'failed', twin: 'plain' },
    options: {
      agent: () => ({ steps: [{ text: 'So far ' }, { end: 'failed', text: 'no luck' }] }),
      quirks: ['chat.legal.done-after-the-error'],
    },
  },
  {
    ...{ name: 'lost', title: 'The connection is lost in the middle of a turn', expected: 'failed', twin: 'plain' },
    options: { agent: says, faults: [{ kind: 'cut', at: { event: 1 }, how: 'reset', ...always }] },
  },
];
