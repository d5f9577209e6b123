import type { ClientSituation } from '../../kit/client-check.ts';

/** Agents that a client is put before, each of which gives occasion for some of its rules. */
export const clientSituations: readonly ClientSituation[] = [
  { name: 'plain', title: 'An agent that keeps the protocol', options: {} },
  { name: 'tenant', title: 'The interfaces of the card have a tenant', options: { a2a: { tenants: ['north'] } } },
  {
    name: 'unknown-members',
    title: 'Objects have members that no specification knows',
    options: { quirks: ['a2a.legal.unknown-members'] },
  },
];
