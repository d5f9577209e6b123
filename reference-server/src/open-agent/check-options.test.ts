import { expect, test } from 'vitest';
import { createReferenceServer } from '../server.ts';

test.each([
  [{ accounts: [{ email: 'eve' }] }, 'openAgent.accounts[0].email: expected a mail address; got "eve"'],
  [
    { accounts: [{ email: 'e@x.org', plan: 'Gold' }] },
    'accounts[0].plan: expected one of Free, Pro, Enterprise; got "Gold"',
  ],
  [
    {
      accounts: [
        { email: 'e@x.org', keys: ['k'] },
        { email: 'f@x.org', keys: ['k'] },
      ],
    },
    'accounts[1].keys[0]: expected a key of its own',
  ],
  [
    { accounts: [{ email: 'e@x.org', keys: [{ key: 'k', scopes: ['all'] }] }] },
    'keys[0].scopes: expected read, write, admin',
  ],
  [{ stripeSecrets: [''] }, 'openAgent.stripeSecrets: expected secrets that are not empty'],
  [{ plans: { Gold: {} } }, 'openAgent.plans: expected one of'],
  [{ plan: {} }, 'openAgent.plan: there is no such option'],
])('options that cannot be: %j', async (openAgent, message) => {
  await expect(createReferenceServer({ openAgent: openAgent as never })).rejects.toThrow(message);
});
