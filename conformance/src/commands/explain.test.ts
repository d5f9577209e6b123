import { expect, test } from 'vitest';
import { sampleRegistry } from '../report/sample.test.data.ts';
import { describeChecks } from './checks.ts';
import { renderExplanation } from './explain.ts';
import { renderList } from './list.ts';

test('explain', () => {
  expect(
    renderExplanation(
      sampleRegistry['A2A10-PUSH-001']!,
      ['scenario a2a/push/created: A configuration that was created has an id and says so in every answer'],
      60,
      ['a2a.push.no-id', 'a2a.push.other-id'],
    ),
  ).toBe(
    `A2A10-PUSH-001  MUST
  A created push configuration has an id.

  source     Agent2Agent (A2A) 1.0, section 3.1.7
             https://github.com/a2aproject/A2A/blob/v1.0.1/docs/specification.md#317-create-push-notification-config
  basis      the source says so with a word of RFC 2119
  seen over  JSONRPC, HTTP+JSON
  needs      capability pushNotifications
  since      0.1.0
  state      checked
  checks     scenario a2a/push/created: A configuration
             that was created has an id and says so in
             every answer
  proved by  a2a.push.no-id
             a2a.push.other-id
`,
  );
});

test('what checks a row of two revisions is named once', async () => {
  for (const id of ['A2A03-SEND-001', 'A2A03-CLI-017'] as const) expect(await describeChecks(id)).toHaveLength(1);
});

test('list, at a width and without one', () => {
  const rows = ['A2A10-CARD-001', 'A2A10-DM-001', 'A2A10-SEC-001', 'A2A10-ERR-009'].map((id) => sampleRegistry[id]!);
  expect(renderList(rows, 60)).toBe(
    `A2A10-CARD-001  MUST    8.2   checked     The card is serve…
A2A10-DM-001    MUST    5.5   pending     Members are writt…
A2A10-SEC-001   MUST    14.1  untestable  Addresses inside …
A2A10-ERR-009   SHOULD  9.5   checked     Errors carry deta…
`,
  );
  expect(renderList(rows.slice(0, 1), Infinity)).toBe(
    'A2A10-CARD-001  MUST  8.2  checked     The card is served at its well-known path.\n',
  );
});
