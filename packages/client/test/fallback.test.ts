import { A2AClient, type Deviation } from '@agentproto/client/a2a';
import { expect, test } from 'vitest';
import { cardFor, failureOf, rpc, type Script, scriptedServer, sendJson, taskIn } from './scripted-server.ts';

/** What a client does where the first interface of a card is not there, or is not what the card says. */

const TASK = taskIn('TASK_STATE_COMPLETED').task;
const OLD_TASK = { kind: 'task', id: 't1', contextId: 'c1', status: { state: 'completed' } };

/** An agent at `/old` that speaks 0.3, and at `/new` what the test says; its card offers `/new` first. */
const twoInterfaces = (atNew: Script) =>
  scriptedServer((response, request, count) =>
    request.path === '/new' ? atNew(response, request, count) : sendJson(response, rpc(request, OLD_TASK)),
  );
async function connected(url: string, told: Deviation[] = []) {
  const offers = [
    { url: `${url}/new`, protocolBinding: 'JSONRPC', protocolVersion: '1.0' },
    { url: `${url}/old`, protocolBinding: 'JSONRPC', protocolVersion: '0.3' },
  ];
  const card = { ...cardFor(url), supportedInterfaces: offers };
  return A2AClient.connect(url, { card, retry: false, onDeviation: (deviation) => told.push(deviation) });
}
const error =
  (code: number): Script =>
  (response, request) =>
    sendJson(response, { jsonrpc: '2.0', id: JSON.parse(request.body).id, error: { code, message: 'no' } });

test.each<[string, Script]>([
  ['has no such route', (response) => void response.writeHead(404).end('<html>')],
  ['takes no POST', (response) => void response.writeHead(405).end()],
  ['has no such method', error(-32601)],
  ['does not speak the version', error(-32009)],
])('the next one is spoken where the first %s', async (_, atNew) => {
  await using server = await twoInterfaces(atNew);
  const told: Deviation[] = [];
  const client = await connected(server.url, told);
  expect(client.interface.protocolVersion).toBe('1.0');
  // Two calls at once, of which one is quicker.
  const tasks = await Promise.all([client.get('t1'), client.get('t1')]);
  expect(tasks.map(({ status }) => status.state)).toEqual(['TASK_STATE_COMPLETED', 'TASK_STATE_COMPLETED']);
  expect(client.interface).toMatchObject({ protocolVersion: '0.3', url: `${server.url}/old` });
  expect((await client.stream('x').final()).task?.id).toBe('t1');
  expect(told.map(({ kind, row }) => `${kind} ${row}`)).toEqual(['interface-unavailable A2A10-CARD-004']);
  expect(server.requests.filter(({ path }) => path === '/new').length).toBeLessThanOrEqual(2);
  expect(server.requests.at(-1)!.headers).not.toHaveProperty('a2a-version');
});

test('a stream goes on to the next one, too, with the same message', async () => {
  await using server = await twoInterfaces((response) => void response.writeHead(404).end());
  const client = await connected(server.url);
  expect((await client.stream('x').final()).task?.id).toBe('t1');
  const [first, second] = server.requests.map(({ body }) => JSON.parse(body).params.message.messageId);
  expect(first).toBe(second);
});

test('a server that is away', async () => {
  await using server = await twoInterfaces(() => {});
  const gone = await scriptedServer(() => {});
  await gone[Symbol.asyncDispose]();
  const card = cardFor(server.url);
  card.supportedInterfaces = [
    { ...card.supportedInterfaces[0]!, url: gone.url },
    { ...card.supportedInterfaces[0]!, url: `${server.url}/old`, protocolVersion: '0.3.0' },
  ];
  const client = await A2AClient.connect(server.url, { card, retry: false });
  expect((await client.send('x')).task?.id).toBe('t1');
});

test('an agent that has answered is the one: an error of it is an error', async () => {
  await using server = await twoInterfaces((response, request, count) =>
    count === 1 ? sendJson(response, rpc(request, TASK)) : error(-32601)(response, request, count),
  );
  const client = await connected(server.url);
  await client.get('t1');
  expect(await failureOf(client.get('t1'))).toMatchObject({ name: 'MethodNotFound' });

  await using refusing = await twoInterfaces((response, request, count) =>
    error(count === 1 ? -32001 : -32601)(response, request, count),
  );
  const other = await connected(refusing.url);
  expect(await failureOf(other.get('t1'))).toMatchObject({ name: 'TaskNotFound' });
  expect(await failureOf(other.get('t1'))).toMatchObject({ name: 'MethodNotFound' });
});

test('a method that an agent may well lack says nothing about the interface', async () => {
  await using server = await twoInterfaces(error(-32601));
  const client = await connected(server.url);
  expect(await failureOf(client.list())).toMatchObject({ name: 'MethodNotFound' });
  expect(client.interface.protocolVersion).toBe('1.0');
});
