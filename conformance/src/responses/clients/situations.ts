import type { ServerOptions } from '@agentproto/reference-server';
import type { ClientSituation } from '../../kit/client-check.ts';

const TEXT = 'Grüße an die Welt';
const says: ServerOptions['agent'] = () => ({ steps: [{ text: 'Grüße ' }, { text: 'an die Welt' }] });
/** No secret: the server that takes it lives as long as the scenario. */
const API_KEY = 'agentproto-test-key';

const oddly = (name: string, title: string, quirk: string): ClientSituation => ({
  ...{ name, title, expected: { text: TEXT }, twin: 'plain' },
  options: { agent: says, quirks: [quirk] },
});

/** Servers that a client is put before: it asks for one response, as a stream, and tells what it got. */
export const responsesSituations: readonly ClientSituation[] = [
  {
    ...{ name: 'plain', title: 'A server that keeps the protocol, and wants a key' },
    ...{ options: { agent: says }, expected: { text: TEXT }, apiKey: API_KEY },
  },
  oddly('unknown-events', 'Events come that no specification knows', 'responses.legal.extension-events'),
  oddly('unknown-members', 'Objects have members that no specification knows', 'responses.legal.more-members'),
  oddly('unknown-items', 'An item has a type that no specification knows', 'responses.legal.extension-item'),
  {
    ...{ name: 'reasoning', title: 'The model thinks aloud', expected: { text: TEXT } },
    options: { agent: () => ({ steps: [{ reason: 'Let me see.' }, { text: 'Grüße ' }, { text: 'an die Welt' }] }) },
  },
];
