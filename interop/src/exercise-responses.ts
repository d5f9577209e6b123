import {
  type CreateBody,
  functionCallsOf,
  outputTextOf,
  type ResponsesClient,
  type ResponsesOptions,
  responsesClient,
} from '@agentproto/client/responses';
import { aborted, Exercise, expect } from './exercise.ts';
import type { Exercised } from './result.ts';
import { SHORT_FORMS } from './words.ts';

const PIECES = 'chunk-1 chunk-2 chunk-3 ';

/**
 * What our Responses client does on a server whose agent, or its model, follows scripts and has a tool get_weather of its
 * caller. `url`: what stands before `/responses`; `tools`: get_weather, where the agent has it from the caller alone.
 */
export async function exerciseResponses(
  url: string,
  options: ResponsesOptions = {},
  tools?: CreateBody['tools'],
): Promise<Exercised> {
  const exercise = new Exercise('Responses');
  const client = responsesClient(url, { ...options, onDeviation: exercise.onDeviation });
  await playAll(client, exercise, tools ? { tools } : {});
  await client.close();
  return exercise.result();
}

async function playAll(client: ResponsesClient, exercise: Exercise, own: Pick<CreateBody, 'tools'>): Promise<void> {
  let first: { id: string } | undefined;
  const created = () => first?.id ?? 'none, because create failed';
  await exercise.step('models', async (signal) => {
    const { data } = await client.listModels({ signal });
    expect('models', true, data.length > 0);
    return 'the agents';
  });
  await exercise.step('create', async (signal) => {
    const response = await client.create(SHORT_FORMS.done, { signal });
    first = response;
    expect('status', 'completed', response.status);
    expect('text', PIECES, outputTextOf(response));
    return 'completed';
  });
  await exercise.step('stream', async (signal) => {
    const stream = client.stream(SHORT_FORMS.done, { signal });
    let text = '';
    let deltas = 0;
    for await (const event of stream) {
      if (event.type !== 'response.output_text.delta') continue;
      text += event.delta;
      deltas += 1;
    }
    expect('text of the deltas', PIECES, text);
    expect('more than one delta', true, deltas > 1);
    expect('text', PIECES, outputTextOf(await stream.final()));
    return 'completed, piece by piece';
  });
  await exercise.step('chain', async (signal) => {
    const input = SHORT_FORMS.done;
    const next = await client.create({ input, previous_response_id: created() }, { signal });
    expect('previous_response_id', created(), next.previous_response_id);
    return 'goes on from the response before';
  });
  await exercise.step('tool', async (signal) => {
    const asked = await client.create({ input: '@tool get_weather {"city":"Bern"}', ...own }, { signal });
    const [call, ...rest] = functionCallsOf(asked);
    expect('calls', 0, rest.length);
    expect('arguments', 'Bern', (JSON.parse(call?.arguments ?? '{}') as { city?: string }).city);
    const output = { type: 'function_call_output' as const, call_id: call!.call_id, output: 'sunny' };
    const answered = await client.create({ input: [output], previous_response_id: asked.id, ...own }, { signal });
    expect('status', 'completed', answered.status);
    return 'called, answered, completed';
  });
  await exercise.step('abort', async (signal) => {
    const leaving = new AbortController();
    return aborted(client.stream(SHORT_FORMS.slow, { signal: AbortSignal.any([signal, leaving.signal]) }), leaving);
  });
  await exercise.step('refusal', async (signal) => {
    const refused = await errorOf(client.create({ model: 'nobody', input: 'x' }, { signal }));
    return `${refused.code} ${refused.status}: ${refused.reason}`;
  });
  await exercise.step('retrieve', async (signal) => {
    expect('text', PIECES, outputTextOf(await client.retrieve(created(), { signal })));
    return 'as it was answered';
  });
  await exercise.step('delete', async (signal) => {
    await client.delete(created(), { signal });
    const { code, status } = await errorOf(client.retrieve(created(), { signal }));
    expect('status', 404, status);
    return `deleted, then ${code} ${status}`;
  });
}

interface Refused {
  code?: string;
  status?: number;
  reason?: string;
}

/** @throws Error where nothing was refused. */
async function errorOf(promise: Promise<unknown>): Promise<Refused> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason as Refused,
  );
  if (!error) throw new Error('expected RESPONSES_ERROR, and it was answered');
  expect('code', 'RESPONSES_ERROR', error.code);
  return error;
}
