import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { memoryStore } from '../store/memory.ts';
import { StoreFullError, type Store } from '../store/store.ts';
import { serving, START } from './serving.test.kit.ts';

/** A store whose next write to a collection fails, once for each time that it is told. */
function failing(): { store: Store; failNext: (collection: string) => void } {
  const store = memoryStore();
  const due: string[] = [];
  const records: Store['records'] = {
    get: (...args) => store.records.get(...args),
    list: (...args) => store.records.list(...args),
    delete: (...args) => store.records.delete(...args),
    async put(collection, ...rest) {
      const at = due.indexOf(collection);
      if (at < 0) return store.records.put(collection, ...rest);
      due.splice(at, 1);
      throw new StoreFullError('There is no room.');
    },
  };
  return { store: { ...store, records }, failNext: (collection) => void due.push(`open-agent/${collection}`) };
}

test.each(['account', 'email'])('a login whose %s could not be kept can be tried again', async (collection) => {
  const { store, failNext } = failing();
  const { ask, post, server } = await serving({ store });
  await ask('/account');
  const login = async () => {
    await post('/auth/link', { email: 'eve@example.com' }, { key: null });
    const { token } = server.mailbox.to('eve@example.com').at(-1)!;
    return (await ask(`/auth/link/verify/${token}`, { key: null })).status;
  };
  failNext(collection);
  expect([await login(), await login()]).toEqual([503, 200]);
});

test('accounts that could not be made at first are made with the next request', async () => {
  const { store, failNext } = failing();
  const { ask } = await serving({ store });
  failNext('account');
  expect([(await ask('/account')).status, (await ask('/account')).status]).toEqual([503, 200]);
});

test('an event of Stripe that could not be applied is applied when it comes again', async () => {
  const { store, failNext } = failing();
  const { ask, post } = await serving({ store });
  const { id: user } = (await ask('/account')).json as { id: string };
  const object = { id: 'sub_1', customer: 'cus_1', status: 'active', metadata: { user_id: user } };
  const body = JSON.stringify({ id: 'evt_1', type: 'customer.subscription.created', data: { object } });
  const at = START / 1_000;
  const v1 = createHmac('sha256', 'whsec_agentproto_test').update(`${at}.${body}`).digest('hex');
  const send = async () =>
    (await post('/stripe/webhook', body, { key: null, headers: { 'stripe-signature': `t=${at},v1=${v1}` } })).status;
  failNext('subscription');
  expect([await send(), await send(), await send()]).toEqual([503, 200, 200]);
  expect((await ask('/account/subscriptions')).json).toHaveLength(1);
});
