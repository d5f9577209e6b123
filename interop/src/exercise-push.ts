import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { A2AClient, A2AVersion, StreamResponse } from '@agentproto/client/a2a';
import { type Dropped, pushReceiver } from '@agentproto/client/a2a/push';
import { type Exercise, expect, NotOffered, pause } from './exercise.ts';
import type { Words } from './words.ts';

const CREDENTIALS = {
  token: 'token-of-the-lane',
  authentication: { scheme: 'Bearer', credentials: 'secret-of-the-lane' },
};

type Credentials = Partial<typeof CREDENTIALS>;

/** The same for agents that show a token alone. */
export const exercisePushByToken = (agent: A2AClient, exercise: Exercise, words: Words): Promise<void> =>
  exercisePush(agent, exercise, words, { token: CREDENTIALS.token });

/** The webhooks of an agent: configured by our client, received by our receiver. Needs a port, so it is not for browsers. */
export async function exercisePush(
  agent: A2AClient,
  exercise: Exercise,
  words: Words,
  credentials: Credentials = CREDENTIALS,
): Promise<void> {
  await exercise.step('webhook, configured', async (signal) => {
    offered(agent);
    const sent = await agent.send({ text: words.slow }, { signal, configuration: { returnImmediately: true } });
    const taskId = sent.task!.id;
    const made = await agent.createPushConfig(taskId, { url: 'http://127.0.0.1:9/', ...credentials }, { signal });
    const id = made.id!;
    expect('url', 'http://127.0.0.1:9/', (await agent.getPushConfig(taskId, id, { signal })).url);
    const ids = async () => (await agent.listPushConfigs(taskId, {}, { signal })).configs.map((config) => config.id);
    expect('listed', id, (await ids()).join());
    await agent.deletePushConfig(taskId, id, { signal });
    expect('listed after it was deleted', '', (await ids()).join());
    await agent.cancel(taskId, { signal });
    return 'made, read, listed, deleted';
  });
  await exercise.step('webhook, called', async (signal) => {
    offered(agent);
    const events: StreamResponse[] = [];
    const dropped: Dropped[] = [];
    const receiver = pushReceiver({
      ...credentials,
      version: agent.interface.protocolVersion.slice(0, 3) as A2AVersion,
      onEvent: (event) => void events.push(event),
      onDropped: (drop) => dropped.push(drop),
      onDeviation: exercise.onDeviation,
    });
    const server = createServer(receiver.node);
    try {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
      const configuration = { taskPushNotificationConfig: { url, ...credentials } };
      const { task } = await agent.send({ text: words.done }, { signal, wait: true, configuration });
      const last = () => events.map((event) => (event.task ?? event.statusUpdate)?.status.state).findLast(Boolean);
      while (last() !== 'TASK_STATE_COMPLETED') await pause(20, signal);
      for (const event of events)
        expect('task', task!.id, event.task?.id ?? (event.statusUpdate ?? event.artifactUpdate)?.taskId);
      // That a task looks the same at two calls is a matter of how fast its agent was.
      const repeated = dropped.filter(({ reason }) => reason === 'duplicate').map(() => ({ task }));
      const lost = dropped.filter(({ reason }) => reason !== 'duplicate').map(({ reason }) => reason);
      return `${kindsOf([...events, ...repeated])}; ${lost.length > 0 ? `dropped: ${lost.join(', ')}` : 'nothing dropped'}`;
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
}

function offered({ card }: A2AClient): void {
  if (!card.capabilities?.pushNotifications) throw new NotOffered('the card declares no push notifications');
}

/** How many of each kind. */
function kindsOf(events: readonly object[]): string {
  const counts = new Map<string, number>();
  for (const event of events) for (const kind of Object.keys(event)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => `${count} ${kind}`).join(', ');
}
