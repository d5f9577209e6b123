import type { ServerOptions } from '@agentproto/reference-server';
import type { ClientSituation } from '../../kit/client-check.ts';

const TEXT = 'Grüße an die Welt';
const says: ServerOptions['agent'] = () => ({ steps: [{ text: 'Grüße ' }, { text: 'an die Welt' }] });
/** No secret: the server that takes it lives as long as the scenario. */
const apiKey = 'agentproto-test-key';

const oddly = (name: string, title: string, ...quirks: string[]): ClientSituation => ({
  ...{ name, title, expected: { text: TEXT }, twin: 'plain', apiKey },
  options: { agent: says, quirks },
});

/** Of every run. */
const always = { match: '/agents/', times: 100 } as const;

/** Servers that a client is put before: it makes an agent, asks for one run of it, as a stream, and tells what it got. */
export const openAgentSituations: readonly ClientSituation[] = [
  {
    ...{ name: 'plain', title: 'A server that keeps the contract, and wants a key' },
    ...{ options: { agent: says }, expected: { text: TEXT }, apiKey },
  },
  {
    ...{
      name: 'pieces',
      title: 'Lines and characters come in pieces',
      expected: { text: TEXT },
      twin: 'plain',
      apiKey,
    },
    options: { agent: says, faults: [{ kind: 'drip', bytes: 7, everyMs: 3, ...always }] },
  },
  oddly(
    'event-stream',
    'There are comments, lines end with CR LF, and the data of an event takes several',
    'open-agent.legal.crlf',
    'open-agent.legal.comments',
    'open-agent.legal.many-data-lines',
  ),
  oddly('unknown-events', 'Events come that no document names', 'open-agent.legal.other-events'),
  oddly('unknown-members', 'Events have members that no document names', 'open-agent.legal.more-members'),
  {
    ...oddly('no-end', 'A stream ends without RunCompleted', 'open-agent.stream.never-completes'),
    expected: 'failed',
  },
  {
    ...{
      name: 'lost',
      title: 'The connection is lost in the middle of a run',
      expected: 'failed',
      twin: 'plain',
      apiKey,
    },
    options: { agent: says, faults: [{ kind: 'cut', at: { event: 1 }, how: 'reset', ...always }] },
  },
];
