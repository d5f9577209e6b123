import { A2A_MEDIA_TYPE, JSON_MEDIA_TYPE, type StreamResponse } from '@agentproto/protocol/a2a/1.0';
import { teller } from '../../deviations.ts';
import { InvalidInputError, isAgentProtoError } from '../../errors.ts';
import { type Deviation, latestRows, type Report, reporter, type RowId } from '../deviation.ts';
import { type A2AVersion, earlier } from '../dialect.ts';
import { readStreamResponse } from '../shape.ts';
import { readBody, Refusal } from './body.ts';
import { type CredentialCheck, credentialCheck, type Credentials, digestOf } from './credentials.ts';
import { type Delivery, type Dropped, placeOf } from './delivery.ts';
import { fastifyPlugin, type FastifyScope } from './fastify.ts';
import { nodeHandler, type NodeRequest, type NodeResponse } from './node.ts';
import { DeliveryOrder } from './order.ts';

export interface PushReceiverOptions extends Credentials {
  /**
   * Called with each event once, those of a task one after another. The sender is answered when it is done, and sends the event again when
   * it throws (HTTP 500): be done within some seconds, since senders wait 10 to 30 of them (§4.3.3).
   */
  onEvent: (event: StreamResponse, delivery: Delivery) => void | Promise<void>;
  /** What the agent speaks (`agent.interface.protocolVersion`), where that is not 1.0: it calls with tasks in the form of its revision. */
  version?: A2AVersion;
  /** Another way to tell a good sender, a signed token for instance; besides `token` and `authentication`. Must not read the body. */
  verify?: (request: Request) => boolean | Promise<boolean>;
  /** Whether anybody waits for this task (§13.2). For others the sender is answered 404, on which it stops. Default: for all. */
  expects?: (taskId: string) => boolean | Promise<boolean>;
  /** Anybody who reaches the webhook may call it. Without `token`, `authentication` and `verify` this has to be said. */
  insecure?: boolean;
  /** Told of what came again, or too late. */
  onDropped?: (dropped: Dropped) => void;
  /** What `onEvent`, `verify` or `expects` threw. Default: `console.error`. */
  onError?: (error: unknown) => void;
  /** Told once about each kind of thing that a sender does otherwise than the specification says. */
  onDeviation?: (deviation: Deviation) => void;
  limits?: {
    /** Of a body. Default 16 MiB. */
    bodyBytes?: number;
    /** Milliseconds for a body to come. Default 10,000. */
    bodyMs?: number;
    /** Tasks that are kept in mind, so that duplicates are found. Default 10,000. */
    tasks?: number;
    /** Calls of one task that wait for the one before; above it the sender is answered 503. Default 100. */
    waiting?: number;
  };
}

/** A webhook for push notifications (§4.3.3), in the shapes that frameworks want. Each is a function of its own. */
export interface PushReceiver {
  /** Workers, Deno, Bun, routes of Next and Remix … */
  fetch(request: Request): Promise<Response>;
  /** `app.post('/hook', receiver.hono)` */
  hono(context: { req: { raw: Request } }): Promise<Response>;
  /** `node:http`, and Express, where it may stand before or after `express.json()`: `app.post('/hook', receiver.node)` */
  node(request: NodeRequest, response: NodeResponse): Promise<void>;
  /** A plugin: `app.register(receiver.fastify, { prefix: '/hook' })` */
  fastify(scope: FastifyScope): Promise<void>;
}

const MIB = 1024 * 1024;

/** @throws InvalidInputError where nothing says who may call the webhook. */
export function pushReceiver(options: PushReceiverOptions): PushReceiver {
  const core = new Core(options);
  const fetch = (request: Request) => core.answer(request);
  return {
    fetch,
    hono: ({ req }) => fetch(req.raw),
    node: nodeHandler(fetch),
    fastify: fastifyPlugin(fetch),
  };
}

/** What is under way of one task. */
interface Queue {
  tail: Promise<unknown>;
  waiting: number;
  /** The call that is worked at. */
  current: { print: string; repeated: boolean } | undefined;
}

class Core {
  readonly #options: PushReceiverOptions;
  readonly #limits: Required<NonNullable<PushReceiverOptions['limits']>>;
  readonly #credentials: CredentialCheck;
  readonly #order: DeliveryOrder;
  readonly #queues = new Map<string, Queue>();
  readonly #report: Report;

  constructor(options: PushReceiverOptions) {
    this.#options = options;
    this.#limits = { bodyBytes: 16 * MIB, bodyMs: 10_000, tasks: 10_000, waiting: 100, ...options.limits };
    this.#credentials = credentialCheck(options);
    if (this.#credentials.count === 0 && !options.verify && !options.insecure) {
      throw new InvalidInputError(
        'expected token, authentication, verify or insecure: true, so that it is said who may call the webhook',
      );
    }
    for (const [name, value] of Object.entries(this.#limits)) {
      if (!(value > 0)) throw new InvalidInputError(`limits.${name}: expected a number above 0, got ${value}`);
    }
    this.#order = new DeliveryOrder(this.#limits.tasks);
    const report = reporter(teller(options.onDeviation), 'push notification', latestRows(1));
    this.#report = (kind, message, row) => report(kind, message, row ?? ROWS[kind]);
  }

  async answer(request: Request): Promise<Response> {
    try {
      await this.#take(request);
      return new Response(null, { status: 204 });
    } catch (error) {
      if (error instanceof Refusal) {
        const headers: { [name: string]: string } = { 'content-type': 'text/plain; charset=utf-8' };
        if (error.status === 401) headers['www-authenticate'] = this.#credentials.challenge;
        if (error.status === 405) headers['allow'] = 'POST';
        if (error.status === 503) headers['retry-after'] = '1';
        return new Response(error.message, { status: error.status, headers });
      }
      (this.#options.onError ?? console.error)(error);
      return new Response('the event could not be taken', { status: 500 });
    }
  }

  async #take(request: Request): Promise<void> {
    const { verify, expects, onDropped } = this.#options;
    if (request.method !== 'POST') throw new Refusal(405, 'expected POST');
    const known = await this.#credentials.holds(request.headers);
    if (!known || (verify && !(await verify(request))))
      throw new Refusal(401, 'expected the credentials of this webhook');
    const type = request.headers.get('content-type')?.split(';')[0]!.trim().toLowerCase();
    if (type !== A2A_MEDIA_TYPE && type !== JSON_MEDIA_TYPE) throw new Refusal(415, `expected ${A2A_MEDIA_TYPE}`);
    const text = await readBody(request, this.#limits.bodyBytes, this.#limits.bodyMs);
    const event = await this.#read(text);
    if (!event) return onDropped?.({ reason: 'unknown-event', taskId: undefined, event: undefined });
    const { taskId } = placeOf(event);
    if (taskId !== undefined && expects && !(await expects(taskId)))
      throw new Refusal(404, 'nobody waits for this task');
    const print = hex(await digestOf(text));
    await this.#inTurn(taskId ?? event.message!.messageId, print, (queue) => this.#hand(queue, event, print, request));
  }

  /** Undefined: an event of a kind that is not known. */
  async #read(text: string): Promise<StreamResponse | undefined> {
    const where = 'push notification';
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      throw new Refusal(400, 'expected JSON');
    }
    try {
      const { version = '1.0' } = this.#options;
      if (version !== '1.0') json = (await earlier()).upDelivery(version, json, where);
      const event = readStreamResponse(json, where, this.#report);
      if (typeof event === 'object') return event;
      this.#report('unknown-event', `${where}: ${event}`);
      return undefined;
    } catch (error) {
      if (isAgentProtoError(error, 'MALFORMED_RESPONSE')) throw new Refusal(400, error.message);
      throw error;
    }
  }

  /** The calls of one task wait for each other. */
  async #inTurn(key: string, print: string, work: (queue: Queue) => Promise<void>): Promise<void> {
    const queue = this.#queues.get(key) ?? { tail: Promise.resolve(), waiting: 0, current: undefined };
    if (queue.waiting >= this.#limits.waiting) throw new Refusal(503, 'too many calls wait for the ones before them');
    // The sender has given up waiting for the answer to this very call.
    if (queue.current?.print === print) queue.current.repeated = true;
    this.#queues.set(key, queue);
    queue.waiting++;
    const turn = queue.tail.then(() => work(queue));
    queue.tail = turn.catch(() => {});
    try {
      await turn;
    } finally {
      if (--queue.waiting === 0) this.#queues.delete(key);
    }
  }

  async #hand(queue: Queue, event: StreamResponse, print: string, request: Request): Promise<void> {
    const { onEvent, onDropped } = this.#options;
    const { taskId, contextId } = placeOf(event);
    const key = taskId ?? event.message!.messageId;
    const reason = this.#order.judge(key, event, print);
    const current = (queue.current = { print, repeated: false });
    try {
      if (reason) onDropped?.({ reason, taskId, event });
      else await onEvent(event, { taskId, contextId, headers: request.headers });
      this.#order.settle(key, event, print, current.repeated || request.signal.aborted, reason !== undefined);
    } finally {
      queue.current = undefined;
    }
  }
}

/** What a webhook is called with is one rule. */
const ROWS: { readonly [kind: string]: RowId } = {
  'bare-payload': 'A2A10-DELIV-003',
  'member-name': 'A2A10-DELIV-003',
  'unknown-event': 'A2A10-DELIV-003',
};

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
