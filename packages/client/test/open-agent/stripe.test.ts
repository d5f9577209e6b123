import { signStripe, verifyStripe } from '@agentproto/client/open-agent/stripe';
import { expect, test } from 'vitest';
import { failureOf } from '../scripted-server.ts';

/** The fixed vector of the fact sheet. */
const SECRET = 'whsec_conformance_0001';
const T = 1_700_000_000;
const BODY =
  '{"id":"evt_0001","object":"event","type":"invoice.paid","data":{"object":{"id":"in_0001","customer":"cus_0001"}}}';
const V1 = '6060cfc88a397bcdd26a3ef7f46389174e9041028924c32071390aa871af0d8d';
const at = (seconds: number) => ({ now: () => T + seconds });

test('signs and verifies the fixed vector', async () => {
  expect(await signStripe(BODY, SECRET, { timestamp: T })).toBe(`t=${T},v1=${V1}`);
  expect(await signStripe(new TextEncoder().encode(BODY), SECRET, { timestamp: T })).toBe(`t=${T},v1=${V1}`);
  const event = await verifyStripe(BODY, `t=${T},v1=${V1}`, SECRET, at(0));
  expect(event).toMatchObject({ id: 'evt_0001', type: 'invoice.paid', data: { object: { customer: 'cus_0001' } } });
});

test.each([
  [300, {}, undefined],
  [301, {}, 'too-old'],
  [-86_400, {}, undefined],
  [-60, { futureSeconds: 60 }, undefined],
  [-61, { futureSeconds: 60 }, 'in-the-future'],
  [1e9, { toleranceSeconds: Infinity }, undefined],
])('an age of %i s with %o: %s', async (age, options, fault) => {
  const verified = verifyStripe(BODY, `t=${T},v1=${V1}`, SECRET, { ...at(age), ...options });
  if (fault) expect(await failureOf(verified)).toMatchObject({ code: 'STRIPE_SIGNATURE', fault });
  else expect(await verified).toHaveProperty('id');
});

test.each([
  ['no header', null, 'malformed-header'],
  ['an empty header', '', 'malformed-header'],
  ['no t', `v1=${V1}`, 'malformed-header'],
  ['only v0', `t=${T},v0=${V1}`, 'malformed-header'],
  ['upper case', `t=${T},v1=${V1.toUpperCase()}`, 'malformed-header'],
  ['a space', `t=${T}, v1=${V1}`, 'malformed-header'],
  ['another signature', `t=${T},v1=${V1.replace('6060', '6061')}`, 'no-match'],
  ['another time', `t=${T + 1},v1=${V1}`, 'no-match'],
  ['a signature that is cut', `t=${T},v1=${V1.slice(2)}`, 'malformed-header'],
])('refuses %s', async (_, header, fault) => {
  expect(await failureOf(verifyStripe(BODY, header, SECRET, at(0)))).toMatchObject({ fault });
});

test('a body that was written again, other secrets, an old forgery', async () => {
  const header = `t=${T},v1=${V1}`;
  const spaced = JSON.stringify(JSON.parse(BODY), null, 1);
  expect(await failureOf(verifyStripe(spaced, header, SECRET, at(0)))).toMatchObject({ fault: 'no-match' });
  expect(await failureOf(verifyStripe(BODY, header, 'whsec_other', at(0)))).toMatchObject({ fault: 'no-match' });
  // The signature is looked at before the time, so that a forgery learns nothing from its age.
  expect(await failureOf(verifyStripe(BODY, header, 'whsec_other', at(999)))).toMatchObject({ fault: 'no-match' });
});

test('while a secret is changed, any signature of any secret will do', async () => {
  const both = await signStripe(BODY, ['whsec_old', SECRET], { timestamp: T });
  expect(both.match(/v1=/g)).toHaveLength(2);
  for (const secret of [SECRET, 'whsec_old', ['whsec_new', 'whsec_old']]) {
    expect(await verifyStripe(BODY, both, secret, at(0))).toHaveProperty('id', 'evt_0001');
  }
  expect(await verifyStripe(BODY, `t=${T},v1=${'0'.repeat(64)},v1=${V1}`, SECRET, at(0))).toHaveProperty('id');
});

test('what is signed and is no event; what cannot be signed or verified', async () => {
  const signed = await signStripe('[]', SECRET, { timestamp: T });
  expect(await failureOf(verifyStripe('[]', signed, SECRET, at(0)))).toMatchObject({ fault: 'not-an-event' });
  for (const attempt of [
    () => signStripe(BODY, ' '),
    () => signStripe(BODY, []),
    () => signStripe(BODY, SECRET, { timestamp: 1.5 }),
    () => verifyStripe(BODY, `t=${T},v1=${V1}`, ''),
    () => verifyStripe(BODY, `t=${T},v1=${V1}`, SECRET, { toleranceSeconds: 0 }),
  ]) {
    expect(await failureOf(attempt())).toMatchObject({ code: 'INVALID_INPUT' });
  }
});
