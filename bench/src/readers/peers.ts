import { Role } from '@a2a-js/sdk';
import { ClientFactory } from '@a2a-js/sdk/client';
import { createParser } from 'eventsource-parser';
import { open, STREAM_BODY } from './bare.ts';
import type { Work } from './work.ts';

const REQUEST = {
  tenant: '',
  message: {
    messageId: 'message-1',
    contextId: '',
    taskId: '',
    role: Role.ROLE_USER,
    parts: [{ content: { $case: 'text' as const, value: 'go' }, mediaType: '', filename: '', metadata: undefined }],
    metadata: undefined,
    extensions: [],
    referenceTaskIds: [],
  },
  configuration: undefined,
  metadata: undefined,
};

export async function theirStream(url: string): Promise<Work> {
  const client = await new ClientFactory().createFromUrl(url);
  return async () => {
    let seen = 0;
    for await (const event of client.sendMessageStream(REQUEST)) if (event.payload) seen += 1;
    return seen;
  };
}

export async function jsUnary(url: string): Promise<Work> {
  const client = await new ClientFactory().createFromUrl(url);
  return async () => ((await client.sendMessage(REQUEST)) ? 1 : 0);
}

/** What our decoder has inside, by callback and without limits. */
export const parserSse =
  (url: string): Work =>
  async () => {
    const decoder = new TextDecoder();
    let seen = 0;
    const parser = createParser({ onEvent: (event) => void (JSON.parse(event.data).result && (seen += 1)) });
    for await (const chunk of await open(`${url}/json-rpc`, STREAM_BODY))
      parser.feed(decoder.decode(chunk, { stream: true }));
    return seen;
  };
