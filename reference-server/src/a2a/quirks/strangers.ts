import { A2A_MEDIA_TYPE, type StreamResponse } from '@agentproto/protocol/a2a/1.0';
import type { Answer } from '../../answer.ts';
import { essence } from '../accept.ts';
import { A2AError } from '../a2a-error.ts';
import type { A2AImpl } from '../context.ts';
import { a2aQuirk } from './a2a-quirk.ts';

/**
 * What real servers were seen to do and a sensible client sees through: each is one cause, and a check that turns red
 * for a consequence of it is at fault.
 */

/** An update named after its message instead of its member; undefined for what is none. */
function aliased(event: StreamResponse): object | undefined {
  if (event.statusUpdate) return { taskStatusUpdate: event.statusUpdate };
  if (event.artifactUpdate) return { taskArtifactUpdate: event.artifactUpdate };
  return undefined;
}

const isEvent = (result: unknown): result is StreamResponse => typeof result === 'object' && result !== null;

/** Any answer of either binding, changed once it is made. */
const answers = (
  impl: A2AImpl,
  change: (answer: Answer, body: string) => Answer,
): Pick<A2AImpl, 'answerRpc' | 'answerRest'> => ({
  async answerRpc(ctx, request) {
    const answer = await impl.answerRpc(ctx, request);
    return 'body' in answer ? change(answer, answer.body) : answer;
  },
  async answerRest(ctx, request) {
    const answer = await impl.answerRest(ctx, request);
    return 'body' in answer ? change(answer, answer.body) : answer;
  },
});

export const strangerQuirks = [
  a2aQuirk('a2a.rest.refuses-a2a-json', {
    breaks: 'A2A10-REST-003',
    make: (impl, hit) => ({
      async answerRest(ctx, request) {
        if (request.verb !== 'POST' || essence(request.headers['content-type'] ?? '') !== A2A_MEDIA_TYPE)
          return impl.answerRest(ctx, request);
        const { error } = impl.restErrorBody(ctx, new A2AError('ContentTypeNotSupportedError', 'expected JSON'));
        // As 1.0.0 had it, and HTTP has it still.
        return hit({
          status: 415,
          headers: impl.restHeaders(ctx, request.headers),
          body: JSON.stringify({ error: { ...error, code: 415 } }),
        });
      },
    }),
  }),
  a2aQuirk('a2a.rest.refuses-a2a-json-as-json-rpc-does', {
    breaks: 'A2A10-REST-003',
    make: (impl, hit) => ({
      async answerRest(ctx, request) {
        if (request.verb !== 'POST' || essence(request.headers['content-type'] ?? '') !== A2A_MEDIA_TYPE)
          return impl.answerRest(ctx, request);
        const error = { code: -32_600, message: 'expected application/json' };
        return hit({
          status: 415,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ jsonrpc: '2.0', id: null, error }),
        });
      },
    }),
  }),
  a2aQuirk('a2a.rpc.event-aliases', {
    breaks: 'A2A10-STREAM-022',
    make: (impl, hit) => ({
      rpcResult(ctx, id, result) {
        const event = isEvent(result) ? aliased(result) : undefined;
        return impl.rpcResult(ctx, id, event ? hit(event) : result);
      },
    }),
  }),
  a2aQuirk('a2a.rest.event-aliases', {
    breaks: 'A2A10-STREAM-022',
    make: (impl, hit) => ({
      restEvent(ctx, event) {
        const other = aliased(event);
        return other ? hit(other) : impl.restEvent(ctx, event);
      },
    }),
  }),
  a2aQuirk('a2a.rest.bare-first-event', {
    breaks: 'A2A10-REST-009',
    make: (impl, hit) => ({
      restEvent: (ctx, event) => (event.task ? hit(event.task) : impl.restEvent(ctx, event)),
    }),
  }),
  a2aQuirk('a2a.rest.bare-throughout', {
    breaks: 'A2A10-REST-009',
    make: (impl, hit) => ({
      restEvent: (_ctx, event) => hit(Object.values(event)[0]),
      restResult(ctx, result) {
        const { task, message } = result as { task?: unknown; message?: unknown };
        return impl.restResult(ctx, task ?? message ?? result);
      },
    }),
  }),
  a2aQuirk('a2a.rest.no-delete', {
    breaks: 'A2A10-REST-001',
    make: (impl, hit) => ({
      async answerRest(ctx, request) {
        if (request.verb !== 'DELETE') return impl.answerRest(ctx, request);
        return hit({ status: 405, headers: { 'content-type': 'text/plain', allow: 'GET, POST' }, body: 'No' });
      },
    }),
  }),
  a2aQuirk('a2a.version.refused-in-another-shape', {
    breaks: 'A2A10-VER-001',
    make: (impl, hit) =>
      answers(impl, (answer, body) =>
        body.includes('"VERSION_NOT_SUPPORTED"')
          ? hit({
              status: 400,
              headers: { 'content-type': 'application/json' },
              body: '{"error":{"code":400,"status":"INVALID_ARGUMENT","message":"This version is not supported."}}',
            })
          : answer,
      ),
  }),
  a2aQuirk('a2a.rpc.bad-input-is-a-500', {
    breaks: 'A2A10-RPC-002',
    make: (impl, hit) => ({
      async answerRpc(ctx, request) {
        const answer = await impl.answerRpc(ctx, request);
        return 'body' in answer && /"code":-32(700|60[0-2])\b/.test(answer.body)
          ? hit({ status: 500, headers: { 'content-type': 'text/plain' }, body: 'Internal Server Error' })
          : answer;
      },
    }),
  }),
  a2aQuirk('a2a.rpc.answers-in-another-form', {
    breaks: 'A2A10-RPC-001',
    make: (_impl, hit) => ({
      answerRpc: async () =>
        hit({
          status: 400,
          headers: { 'content-type': 'application/json' },
          body: '{"detail":"This is no request of ours.","error":"invalid"}',
        }),
    }),
  }),
  a2aQuirk('a2a.rpc.events-encoded-twice', {
    breaks: 'A2A10-RPC-011',
    make(impl, hit) {
      const events = new WeakSet<object>();
      return {
        writeEvent(...args) {
          const event = impl.writeEvent(...args);
          events.add(event);
          return event;
        },
        rpcResult(ctx, id, result) {
          const message = impl.rpcResult(ctx, id, result);
          return isEvent(result) && events.has(result) ? hit(JSON.stringify(message) as never) : message;
        },
      };
    },
  }),
  a2aQuirk('a2a.rpc.knows-messages-only', {
    breaks: 'A2A10-RPC-003',
    make: (impl, hit) => ({
      operationOf(ctx, binding, name) {
        const found = impl.operationOf(ctx, binding, name);
        return binding === 'JSONRPC' && found !== undefined && !found.startsWith('Send') ? hit(undefined) : found;
      },
    }),
  }),
  a2aQuirk('a2a.rpc.knows-no-subscriptions', {
    breaks: 'A2A10-RPC-003',
    make: (impl, hit) => ({
      operationOf(ctx, binding, name) {
        const found = impl.operationOf(ctx, binding, name);
        return binding === 'JSONRPC' && found === 'SubscribeToTask' ? hit(undefined) : found;
      },
    }),
  }),
  a2aQuirk('a2a.rpc.neither-result-nor-error', {
    breaks: 'A2A10-RPC-001',
    make: (impl, hit) => ({
      async ListTasks(ctx, call, request) {
        const list = await impl.ListTasks(ctx, call, request);
        // `undefined` is no member of JSON.
        return call.binding === 'JSONRPC' ? (hit(undefined) as never) : list;
      },
    }),
  }),
  a2aQuirk('a2a.error.ended-task-is-bad-input', {
    breaks: 'A2A10-ERR-008',
    make: (impl, hit) => ({
      checkFollowUp(ctx, run, message) {
        try {
          impl.checkFollowUp(ctx, run, message);
        } catch (error) {
          if (!(error instanceof A2AError) || error.error !== 'UnsupportedOperationError') throw error;
          throw hit(new A2AError('InvalidParamsError', error.message));
        }
      },
    }),
  }),
  a2aQuirk('a2a.error.bad-input-is-an-invalid-request', {
    breaks: 'A2A10-RPC-007',
    make: (impl, hit) => ({
      readParams(ctx, method, given, binding) {
        try {
          return impl.readParams(ctx, method, given, binding);
        } catch (error) {
          if (!(error instanceof A2AError) || error.error !== 'InvalidParamsError' || error.details.reason) throw error;
          throw hit(new A2AError('InvalidRequestError', 'Invalid request', error.details));
        }
      },
    }),
  }),
  a2aQuirk('a2a.rpc.list-for-an-id-crashes', {
    breaks: 'A2A10-ERR-004',
    make: (impl, hit) => ({
      readParams(ctx, method, given, binding) {
        if (typeof given === 'object' && given !== null && 'id' in given && Array.isArray(given.id))
          throw hit(new A2AError('InternalError', 'the id is no key'));
        return impl.readParams(ctx, method, given, binding);
      },
    }),
  }),
  a2aQuirk('a2a.wire.dies-at-the-twelfth-request', {
    breaks: null,
    says: 'From the twelfth request on every connection is cut.',
    fatal: true,
    make(impl, hit) {
      let requests = 0;
      const hungUp: Answer = { status: 500, headers: {}, body: '', fault: 'reset' };
      const orDead = async <A>(work: () => A | Promise<A>): Promise<A | Answer> =>
        ++requests >= 12 ? hit(hungUp) : work();
      return {
        cardAnswer: (...args) => (requests >= 12 ? hungUp : impl.cardAnswer(...args)),
        answerRpc: (...args) => orDead(() => impl.answerRpc(...args)),
        answerRest: (...args) => orDead(() => impl.answerRest(...args)),
      };
    },
  }),
];
