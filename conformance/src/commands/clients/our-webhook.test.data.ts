import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { A2AClient, StreamResponse } from '@agentproto/client/a2a';
import { pushReceiver } from '@agentproto/client/a2a/push';

/** Our receiver waits for a task that nobody waits for otherwise, until it has ended. `heard` is given what was believed. */
export async function toldByWebhook(
  connect: () => Promise<A2AClient>,
  heard: (event: StreamResponse) => void,
): Promise<void> {
  const credentials = 'only-for-this-task';
  const over = new AbortController();
  const receiver = pushReceiver({
    authentication: { scheme: 'Bearer', credentials },
    onEvent(event) {
      heard(event);
      const { state = '' } = (event.statusUpdate ?? event.task)?.status ?? {};
      if (/COMPLETED|FAILED/.test(state)) over.abort();
    },
  });
  const server = createServer((request, response) => void receiver.node(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const hook = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  const agent = await connect();
  const taskPushNotificationConfig = { url: hook, authentication: { scheme: 'Bearer', credentials } };
  await agent.send('hello', { configuration: { returnImmediately: true, taskPushNotificationConfig } });
  if (!over.signal.aborted) await once(over.signal, 'abort');
  server.close();
}
