import { randomUUID } from 'node:crypto';
import type { Message, StreamResponse } from '@agentproto/protocol/a2a/1.0';
import type { Answer, StreamAnswer } from '../../answer.ts';
import type { Hit } from '../../quirk.ts';
import { A2AError } from '../a2a-error.ts';
import type { HttpRequest } from '../call.ts';
import type { WebhookCall } from '../../webhooks/call.ts';
import type { A2AContext, A2AImpl } from '../context.ts';
import { a2aQuirk, streams } from './a2a-quirk.ts';

/**
 * What agents in the field were seen to do, and a client should get through or speak about clearly. No check judges
 * these: a server that does one cannot be judged, or its rows are judged by quirks of their own.
 */
const clientQuirk = (name: string, sentence: string, make: (impl: A2AImpl, hit: Hit) => Partial<A2AImpl>) =>
  a2aQuirk(name, { breaks: null, says: sentence, forClients: true, make });

const interfaces = (impl: A2AImpl, change: (offer: { protocolBinding: string; url: string }) => object) => ({
  card(ctx: A2AContext) {
    const card = impl.card(ctx);
    return { ...card, supportedInterfaces: card.supportedInterfaces.map((offer) => ({ ...offer, ...change(offer) })) };
  },
});

/** Every event, over either binding. */
const eventsAs = (impl: A2AImpl, change: (event: StreamResponse) => object): Partial<A2AImpl> => ({
  rpcResult: (ctx, id, result) => impl.rpcResult(ctx, id, isEvent(result) ? change(result) : result),
  restEvent: (ctx, event) => change(event),
});

const isEvent = (result: unknown): result is StreamResponse =>
  typeof result === 'object' &&
  result !== null &&
  ['task', 'message', 'statusUpdate', 'artifactUpdate'].some((member) => member in result);

const KINDS = { task: 'task', message: 'message', statusUpdate: 'status-update', artifactUpdate: 'artifact-update' };

/** The payload without its member, as the results of A2A 0.3 were. */
function bare(event: StreamResponse, withKind: boolean): object {
  const [[member, payload] = []] = Object.entries(event);
  return { ...(payload as object), ...(withKind && { kind: KINDS[member as keyof typeof KINDS] }) };
}

/** States and roles everywhere, but not inside what is the user's own. */
function oldSpelling(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(oldSpelling);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      if (key === 'data' || key === 'metadata') return [key, member];
      if (typeof member === 'string' && /^(TASK_STATE|ROLE)_/.test(member) && /^(state|role)$/.test(key))
        return [
          key,
          member
            .replace(/^(TASK_STATE|ROLE)_/, '')
            .toLowerCase()
            .replaceAll('_', '-'),
        ];
      return [key, oldSpelling(member)];
    }),
  );
}

type Answering = (ctx: A2AContext, request: HttpRequest) => Promise<Answer | StreamAnswer>;

/** Every request to either binding. */
const answering = (impl: A2AImpl, around: (answer: Answering) => Answering): Partial<A2AImpl> => ({
  answerRpc: around(impl.answerRpc),
  answerRest: around(impl.answerRest),
});

const says =
  (hit: Hit, status: number, headers: Record<string, string>, body = ''): Answering =>
  async () =>
    hit({ status, headers, body });

const redirects =
  (hit: Hit, status: number, to: (host: string) => string) =>
  (answer: Answering): Answering =>
  async (ctx, request) =>
    request.verb === 'POST'
      ? hit({ status, headers: { location: to(request.headers.host ?? '') }, body: '' })
      : answer(ctx, request);

/** A failure of either binding, with another body. */
const failing = (impl: A2AImpl, hit: Hit, change: (error: { code: unknown; message: unknown }) => object) =>
  answering(impl, (answer) => async (ctx, request) => {
    const given = await answer(ctx, request);
    if (!('body' in given)) return given;
    const body = JSON.parse(given.body) as { error?: { code: unknown; message: unknown } };
    return body.error ? hit({ ...given, body: JSON.stringify({ ...body, ...change(body.error) }) }) : given;
  });

/** A webhook call as somebody makes it who knows the address and the task, and not the credentials; undefined where there are none. */
function forged({ url, headers, body }: WebhookCall): WebhookCall | undefined {
  const { authorization, 'x-a2a-notification-token': token, ...others } = headers;
  if (authorization === undefined && token === undefined) return undefined;
  const event = JSON.parse(body) as StreamResponse;
  const { taskId = '', contextId = '' } = event.statusUpdate ?? event.artifactUpdate ?? event.message ?? {};
  const message: Message = {
    messageId: randomUUID(),
    role: 'ROLE_AGENT',
    parts: [{ text: 'Said by somebody who is not the agent.' }],
  };
  const statusUpdate = {
    taskId: event.task?.id ?? taskId,
    contextId: event.task?.contextId ?? contextId,
    status: { state: 'TASK_STATE_FAILED' as const, message, timestamp: new Date().toISOString() },
  };
  return {
    url,
    headers: {
      ...others,
      ...(authorization !== undefined && { authorization: `${authorization.split(' ', 1)[0]!} forged` }),
      ...(token !== undefined && { 'x-a2a-notification-token': 'forged' }),
    },
    body: JSON.stringify({ statusUpdate } satisfies StreamResponse),
  };
}

export const clientQuirks = [
  clientQuirk(
    'a2a.delivery.forged-too',
    'Before each webhook call comes one of somebody who does not know the credentials, and says that the task has failed.',
    (impl, hit) => ({
      feedWebhook: ({ webhooks, ...ctx }, run, config, after) =>
        impl.feedWebhook(
          {
            ...ctx,
            webhooks: {
              ...webhooks,
              async deliver(call, signal) {
                const wrong = forged(call);
                if (wrong) await webhooks.deliver(hit(wrong), signal);
                return webhooks.deliver(call, signal);
              },
            },
          },
          run,
          config,
          after,
        ),
    }),
  ),
  clientQuirk(
    'a2a.version.refuses-its-own',
    'The card declares 1.0, and every request of it is refused.',
    (impl, hit) => ({
      checkVersion(ctx, asked) {
        if (asked.startsWith('1.')) throw hit(new A2AError('VersionNotSupportedError', `A2A-Version: got ${asked}`));
        impl.checkVersion(ctx, asked);
      },
    }),
  ),
  clientQuirk('a2a.send.takes-no-text', 'Every message is refused: the agent takes no text.', (_impl, hit) => ({
    checkInputModes() {
      throw hit(new A2AError('ContentTypeNotSupportedError', 'message.parts: expected image/png, got text/plain'));
    },
  })),
  clientQuirk('a2a.card.binding-in-lower-case', 'The bindings of the card are in lower case.', (impl, hit) =>
    interfaces(impl, ({ protocolBinding }) => hit({ protocolBinding: protocolBinding.toLowerCase() })),
  ),
  clientQuirk('a2a.card.binding-called-rest', 'HTTP+JSON is called REST in the card.', (impl, hit) =>
    interfaces(impl, ({ protocolBinding }) => (protocolBinding === 'JSONRPC' ? {} : hit({ protocolBinding: 'REST' }))),
  ),
  clientQuirk(
    'a2a.card.transports-apart',
    'In cards of 0.3 the main url is that of HTTP+JSON; JSON-RPC is at another, which additionalInterfaces alone has.',
    (impl, hit) => ({
      writeCard(...args) {
        const card = impl.writeCard(...args) as { url?: string; additionalInterfaces?: unknown };
        if (card.url === undefined || !card.additionalInterfaces) return card;
        const rest = { url: card.url, transport: 'HTTP+JSON' };
        const rpc = { url: `${new URL(card.url).origin}/`, transport: 'JSONRPC' };
        return hit({ ...card, preferredTransport: 'HTTP+JSON', additionalInterfaces: [rest, rpc] });
      },
    }),
  ),
  clientQuirk('a2a.card.file-url', 'The URLs of the card are of files.', (impl, hit) =>
    interfaces(impl, () => hit({ url: 'file:///srv/agent' })),
  ),
  clientQuirk('a2a.stream.bare-events', 'The events of a stream are bare tasks, messages and updates.', (impl, hit) =>
    eventsAs(impl, (event) => hit(bare(event, false))),
  ),
  clientQuirk(
    'a2a.stream.bare-events-with-kind',
    'The events of a stream are bare, with the `kind` of 0.3.',
    (impl, hit) => eventsAs(impl, (event) => hit(bare(event, true))),
  ),
  clientQuirk(
    'a2a.stream.answers-a-task-with-a-message',
    'A stream that began with a task ends with a message.',
    (impl, hit) =>
      streams(impl, (event) => {
        const { status, contextId = '' } = event.statusUpdate ?? {};
        if (status?.state !== 'TASK_STATE_COMPLETED') return [event];
        const message: Message = {
          messageId: 'answer',
          contextId,
          role: 'ROLE_AGENT',
          parts: [{ text: 'That is all' }],
        };
        return hit([{ message }]);
      }),
  ),
  clientQuirk('a2a.model.spelt-as-in-0.3', 'States and roles are spelt as in 0.3.', (impl, hit) => ({
    rpcResult: (ctx, id, result) => impl.rpcResult(ctx, id, hit(oldSpelling(result))),
    restResult: (ctx, result) => hit(oldSpelling(impl.restResult(ctx, result))),
    restEvent: (ctx, event) => hit(oldSpelling(impl.restEvent(ctx, event))),
  })),
  clientQuirk('a2a.error.code-as-text', 'The code of an error is a text.', (impl, hit) =>
    failing(impl, hit, ({ code, message }) => ({ error: { code: `E${String(code)}`, message } })),
  ),
  clientQuirk('a2a.error.shape-of-its-own', 'Errors have a shape of their own.', (impl, hit) =>
    failing(impl, hit, ({ message }) => ({ error: { type: 'refused', status: 400, detail: message } })),
  ),
  clientQuirk('a2a.error.detail-alone', 'Errors are HTTP 400 with `detail` alone.', (impl, hit) =>
    answering(impl, (answer) => async (ctx, request) => {
      const given = await answer(ctx, request);
      if (!('body' in given) || given.status === 404) return given;
      const { error } = JSON.parse(given.body) as { error?: { message: string } };
      return error
        ? hit({
            status: 400,
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ detail: error.message }),
          })
        : given;
    }),
  ),
  clientQuirk('a2a.wire.moved', 'Every POST is redirected with 301.', (impl, hit) =>
    answering(
      impl,
      redirects(hit, 301, (host) => `http://${host}/moved`),
    ),
  ),
  clientQuirk('a2a.wire.redirects-elsewhere', 'Every POST is redirected to another origin with 307.', (impl, hit) =>
    answering(
      impl,
      redirects(hit, 307, () => 'http://elsewhere.example/agent'),
    ),
  ),
  clientQuirk('a2a.wire.web-page', 'Every call is answered with a web page.', (impl, hit) =>
    answering(impl, () => says(hit, 200, { 'content-type': 'text/html' }, '<!doctype html><title>Welcome</title>')),
  ),
  clientQuirk('a2a.wire.empty-body', 'Every call is answered with an empty body.', (impl, hit) =>
    answering(impl, () => says(hit, 200, { 'content-type': 'application/json' })),
  ),
];
