import {
  A2AClient,
  type A2AVersion,
  type BindingName,
  type Message,
  type Part,
  type StreamResponse,
  type Task,
} from '@agentproto/client/a2a';
import { createReferenceServer, type ReferenceServer } from '@agentproto/reference-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** One script over every era and binding: whoever uses the client sees the same in the models of 1.0, whichever is spoken. */
const SPOKEN: readonly [A2AVersion, BindingName][] = [
  ['1.0', 'JSONRPC'],
  ['1.0', 'HTTP+JSON'],
  ['0.3', 'JSONRPC'],
  ['0.3', 'HTTP+JSON'],
  ['0.2', 'JSONRPC'],
  ['0.1', 'JSONRPC'],
];

const REPORT: Part[] = [
  { text: 'Zürich 漢' },
  { data: { days: [1, null, 'x'] } },
  { raw: 'aGk=', mediaType: 'text/plain' },
];
const PICTURE: Part = { url: 'https://h.example/map.png', mediaType: 'image/png' };

const SCRIPT = {
  steps: [
    { status: 'looking' },
    { text: 'Plan ' },
    { text: 'a trip é 漢' },
    { artifact: { id: 'report', name: 'Report', parts: REPORT } },
    { artifact: { id: 'report', parts: [PICTURE], append: true } },
    { end: 'input-required', text: 'Which day?' },
  ],
  turns: [
    { steps: [{ text: 'Or on Monday' }, { end: 'input-required', text: 'Sure?' }] },
    { steps: [{ end: 'failed', text: 'no luck' }] },
  ],
};
const asked = () => ({ text: 'hello', metadata: { 'agentproto/script': SCRIPT } });

const answer = (text: string) => ({ called: 'answer', parts: [{ text }] });
const report = { called: 'Report', parts: [...REPORT, PICTURE] };
const TURNS = [
  {
    state: 'TASK_STATE_INPUT_REQUIRED',
    said: [{ text: 'Which day?' }],
    artifacts: [answer('Plan a trip é 漢'), report],
    users: ['hello'],
  },
  {
    state: 'TASK_STATE_INPUT_REQUIRED',
    said: [{ text: 'Sure?' }],
    artifacts: [answer('Or on Monday'), report],
    users: ['hello', 'on which?'],
  },
  {
    state: 'TASK_STATE_FAILED',
    said: [{ text: 'no luck' }],
    artifacts: [answer('Or on Monday'), report],
    users: ['hello', 'on which?', 'yes'],
  },
];
const FIRST_EVENTS = [
  { state: 'TASK_STATE_WORKING' },
  { state: 'TASK_STATE_WORKING', said: [{ text: 'looking' }] },
  { called: 'answer', parts: [{ text: 'Plan ' }], append: false },
  { parts: [{ text: 'a trip é 漢' }], append: true },
  { called: 'Report', parts: REPORT, append: false },
  { parts: [PICTURE], append: true },
  { state: 'TASK_STATE_INPUT_REQUIRED', said: [{ text: 'Which day?' }] },
];

let server: ReferenceServer;
beforeAll(async () => void (server = await createReferenceServer()));
afterAll(() => server.close());

describe.each(SPOKEN)('A2A %s over %s', (version, binding) => {
  let client: A2AClient;
  const deviations: string[] = [];
  beforeAll(async () => {
    client = await A2AClient.connect(server.url, {
      version,
      binding,
      onDeviation: ({ kind }) => deviations.push(kind),
    });
  });
  afterAll(() => client.close());

  /** What 0.1 has no id for has one as its name there. */
  const called = ({ artifactId, name = artifactId }: { artifactId: string; name?: string }) => name;

  function seen({ status, artifacts = [], history = [] }: Task) {
    return {
      state: status.state,
      said: status.message?.parts,
      artifacts: artifacts.map((one) => ({ called: called(one), parts: joined(one.parts) })),
      users: history.filter(({ role }) => role === 'ROLE_USER').map(textOfAll),
    };
  }

  /** A stream of 0.1 begins with the status alone, others with the task that has it; what is appended says no name there. */
  function seenEvent({ task, statusUpdate, artifactUpdate }: StreamResponse) {
    const status = task?.status ?? statusUpdate?.status;
    if (status) return { state: status.state, ...(status.message && { said: status.message.parts }) };
    const { artifact, append = false } = artifactUpdate!;
    return { ...(!append && { called: called(artifact) }), parts: artifact.parts, append };
  }

  test('sent and streamed, a turn at a time', async () => {
    const stream = client.stream(asked());
    const events: StreamResponse[] = [];
    for await (const event of stream) events.push(event);
    expect(events.map(seenEvent)).toEqual(FIRST_EVENTS);
    const { task: streamed } = await stream.final();
    const { task: sent } = await client.send(asked());
    const tasks = [streamed!, sent!];
    const words = ['hello', 'on which?', 'yes'];
    for (const [turn, expected] of TURNS.entries()) {
      for (const [index, task] of tasks.entries()) {
        const { id, contextId } = task;
        const more = { text: words[turn]!, taskId: id, ...(contextId && { contextId }) };
        // The first turn was played above; the second one is streamed where the first was sent, and the other way round.
        const next =
          turn === 0
            ? task
            : turn % 2 === index
              ? (await client.stream(more).final()).task!
              : (await client.send(more)).task!;
        tasks[index] = next;
        expect(next.id).toBe(id);
        const { users: _users, ...answered } = seen(next);
        const { users, ...shown } = expected;
        expect(answered).toEqual(shown);
        expect(seen(await client.get(id, { historyLength: 10 }))).toEqual({ ...shown, users });
      }
    }
  });

  test('nothing of it was a deviation', () => expect(deviations).toEqual([]));
});

const textOfAll = ({ parts }: Message): string => parts.map(({ text = '' }) => text).join('');

/** Texts in a row as one: how many pieces an agent makes of it is told by the events. */
function joined(parts: readonly Part[]): Part[] {
  const whole: Part[] = [];
  for (const part of parts) {
    const last = whole.at(-1);
    if (part.text !== undefined && last?.text !== undefined && Object.keys(part).length === 1)
      whole[whole.length - 1] = { text: last.text + part.text };
    else whole.push(part);
  }
  return whole;
}
