import type { ServerOptions } from '@agentproto/reference-server';

/** One way in which the reference server is set up; some rules exclude each other on one instance (ARCHITECTURE). */
export interface Fixture {
  name: string;
  /** The protocols that are judged on it. */
  protocols: readonly string[];
  options: ServerOptions;
}

export const fixtures: readonly Fixture[] = [
  { name: 'default', protocols: ['a2a@1.0', 'chat@docs'], options: {} },
  { name: 'no-streaming', protocols: ['a2a@1.0'], options: { a2a: { capabilities: { streaming: false } } } },
];
