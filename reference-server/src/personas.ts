import type { ServerOptions } from './server-options.ts';

/** Servers of others, as lists of what they were seen to do: each all at once in one double. */
export const PERSONAS = {
  /** a2akit 0.0.35: nine of its causes. */
  'a2akit-like': [
    'a2a.rest.refuses-a2a-json',
    'a2a.rest.plain-json',
    'a2a.rpc.event-aliases',
    'a2a.rest.event-aliases',
    'a2a.rest.bare-first-event',
    'a2a.stream.follow-up-without-the-task',
    'a2a.version.refused-in-another-shape',
    'a2a.error.bad-input-is-an-invalid-request',
    'a2a.history.takes-negative',
    'a2a.card.no-etag',
    'a2a.card.no-cache-control',
  ],
  /** DCAF 2.1.0: no quirks, but a revision of its own, with all that it has switched on. */
  'dcaf-2.1': [],
  /** WayFlow 26.3.1, its Responses server: both causes that its lane knows. */
  'wayflow-responses@26.3': ['responses.wayflow.streams-another-id', 'responses.wayflow.fails-after-the-head'],
  /** Open Agent API as its document has it: nobody's server of it is published. */
  'open-agent@0.7': [],
} as const satisfies { [name: string]: readonly string[] };

/** What else a persona is set up with. */
export const PERSONA_OPTIONS: { readonly [Name in keyof typeof PERSONAS]?: ServerOptions } = {
  'dcaf-2.1': {
    protocols: ['chat@dcaf-2.1'],
    connectionIdleMs: 5_000,
    chat: { queue: true, a2a: true, mcp: true },
  },
  'wayflow-responses@26.3': { protocols: ['responses@wayflow'] },
  'open-agent@0.7': { protocols: ['open-agent@0.7'] },
};

/** Systems of others, each with its revision and version: a whole server, with its protocol and its options (`systemOptions`). */
export const SYSTEMS = [
  'a2akit-0.3@0.0.32',
  'a2akit-1.0@0.0.35',
  'fasta2a@0.2',
  'fasta2a@0.5',
  'fasta2a@2.1',
  'wayflow-a2a@26.3',
] as const;
