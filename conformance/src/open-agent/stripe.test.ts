import { expect, test } from 'vitest';
import { signed } from './stripe.ts';

// The vector that stripe-node was measured with.
test('signs as Stripe does', () => {
  const body =
    '{"id":"evt_0001","object":"event","type":"invoice.paid","data":{"object":{"id":"in_0001","customer":"cus_0001"}}}';
  expect(signed('whsec_conformance_0001', 1_700_000_000, body)).toBe(
    '6060cfc88a397bcdd26a3ef7f46389174e9041028924c32071390aa871af0d8d',
  );
});
