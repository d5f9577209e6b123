import type { Exchange } from '@agentproto/recording';
import type { Detected, Detection, DetectOptions } from '../kit/family.ts';
import { isRecord } from '../kit/json.ts';
import type { Recorder } from '../recorder/recorder.ts';
import { BINDINGS } from './binding.ts';

export interface DetectedResponses extends Detected {
  /** What operations are relative to; it ends with /v1 as a rule. */
  base: string;
  /** The model that is asked: the one that the user names, else the first that the target lists. */
  model: string;
  /** Nobody named it, and the target lists none. */
  isMadeUp: boolean;
}

/** What is asked for where nobody names a model. */
const ANY_MODEL = 'agentproto';

/**
 * Looks at `{target}/responses`, then at `{target}/v1/responses`, with GET and OPTIONS alone. POST is what is taken
 * there, so what tells is that a GET is answered otherwise than at a path that does not exist: refused as a method, or
 * as a response that does not exist, or taken as a WebSocket; or that POST stands in Allow.
 *
 * A server that knows nothing but POST shows none of it. Where the user names the protocol, it is asked what it makes of
 * a POST that is no request; a list of models is enough then, too, or a door that asks for credentials.
 */
export async function detect(
  recorder: Recorder,
  target: URL,
  { named, model }: DetectOptions,
): Promise<Detection<DetectedResponses>> {
  const root = target.href.replace(/[?#].*$/, '').replace(/\/$/, '');
  const looks: Look[] = [];
  const told = (look: Look, seen: readonly string[]) => ({ found: describe(look, seen, model) });
  for (const base of [root, `${root}/v1`]) {
    const look = await lookAt(recorder, base);
    if (look.traces.length > 0) return told(look, look.traces);
    looks.push(look);
  }
  const posts: string[] = [];
  for (const look of named ? looks : []) {
    const { exchange, isTaken } = await post(recorder, look.base);
    if (isTaken) return told(look, [said(exchange)]);
    posts.push(said(exchange));
  }
  const weak = named ? looks.find(({ hints }) => hints.length > 0) : undefined;
  if (weak) return told(weak, weak.hints);
  return {
    tried: [...looks.flatMap(({ tried }) => tried), ...posts],
    reachable: looks.some(({ reachable }) => reachable),
  };
}

interface Look {
  base: string;
  models: readonly string[];
  /** How the upgrade was answered. */
  socket: Exchange;
  /** What Responses alone shows. */
  traces: string[];
  /** What others show as well. */
  hints: string[];
  tried: string[];
  reachable: boolean;
}

async function lookAt(recorder: Recorder, base: string): Promise<Look> {
  const ask = (method: string, path: string) =>
    recorder.request({ method, url: base + path, headers: [['Accept', 'application/json']] });
  // At once: one that never answers is waited for once.
  const socketAt = (path: string) => recorder.socket({ url: base.replace(/^http/, 'ws') + path });
  const [create, unknown, nowhere, models, allowed, nowhereAllowed, ...sockets] = await Promise.all([
    ask('GET', '/responses'),
    ask('GET', '/responses/resp_agentproto_unknown'),
    ask('GET', NOWHERE),
    ask('GET', '/models'),
    ask('OPTIONS', '/responses'),
    ask('OPTIONS', NOWHERE),
    socketAt('/responses'),
    socketAt(NOWHERE),
  ]);
  for (const live of sockets) await (live.exchange.response?.status === 101 ? live.close() : live.leave());
  const [socket, nowhereSocket] = sockets.map(({ exchange }) => exchange) as [Exchange, Exchange];
  const all = [
    ...[create, unknown].filter((exchange) => isTrace(exchange, nowhere)),
    // Frameworks refuse an upgrade at any path as it is, or take it there, whatever they answer a plain GET.
    ...[socket].filter((exchange) => isTrace(exchange, nowhere) && !isLike(exchange, nowhereSocket)),
  ];
  const list = modelsIn(models);
  return {
    base,
    models: list,
    socket,
    traces: [...all, ...(allowsPost(allowed) && !allowsPost(nowhereAllowed) ? [allowed] : [])].map(said),
    hints: [
      ...(list.length > 0 ? [models] : []),
      ...[create].filter(({ response }) => response?.status === 401 || response?.status === 403),
    ].map(said),
    tried: [create, unknown, allowed].map(said),
    reachable: [create, nowhere].some(({ response }) => response !== undefined),
  };
}

const isLike = (one: Exchange, other: Exchange): boolean => one.response?.status === other.response?.status;

const NOWHERE = '/agentproto-no-such-path';

/** A POST of what is no request: nothing can come of it but a refusal, where somebody takes POST at all. */
async function post(recorder: Recorder, base: string): Promise<{ exchange: Exchange; isTaken: boolean }> {
  const headers: [string, string][] = [
    ['Content-Type', 'application/json'],
    ['Accept', 'application/json'],
  ];
  const ask = (path: string) =>
    recorder.request({ method: 'POST', url: base + path, headers, body: '[]', hostile: true });
  const [exchange, nowhere] = await Promise.all([ask('/responses'), ask(NOWHERE)]);
  const status = exchange.response?.status;
  const isSame = status === nowhere.response?.status && sameWords(exchange.response?.json, nowhere);
  return { exchange, isTaken: status !== undefined && ![404, 405, 501].includes(status) && !isSame };
}

const allowsPost = ({ response }: Exchange): boolean =>
  response?.headers.some(([name, value]) => name.toLowerCase() === 'allow' && /\bPOST\b/i.test(value)) ?? false;

/** A socket was opened, or another one wanted; GET is no method here; or there is no response of that id. */
function isTrace({ request, response }: Exchange, nowhere: Exchange): boolean {
  if (!response) return false;
  const { status } = response;
  if (status === 101 || (status === 426 && nowhere.response?.status !== 426)) return true;
  if (status === 405) return nowhere.response?.status !== 405;
  const isById = /\/responses\/[^/]+$/.test(request.url);
  return isById && [400, 404].includes(status) && tells(response.json) && !sameWords(response.json, nowhere);
}

/** An error in the words of the protocol, or of a framework that serves it. */
const tells = (json: unknown): boolean =>
  isRecord(json) &&
  (isRecord(json.error) || typeof json.detail === 'string') &&
  /\bresponse\b/i.test(JSON.stringify(json));

function sameWords(json: unknown, { response }: Exchange): boolean {
  const words = (value: unknown) => JSON.stringify(value ?? null).replaceAll(/[\w/-]*agentproto[\w/-]*/g, '');
  return words(json) === words(response?.json);
}

function modelsIn({ response }: Exchange): string[] {
  const { json } = response ?? {};
  if (response?.status !== 200 || !isRecord(json) || json.object !== 'list' || !Array.isArray(json.data)) return [];
  return json.data.flatMap((one: unknown) =>
    isRecord(one) && typeof one.id === 'string' && one.id !== '' ? [one.id] : [],
  );
}

function describe({ base, models, socket }: Look, seen: readonly string[], named?: string): DetectedResponses {
  const opens = socket.response?.status === 101;
  const came = socket.response ? `HTTP ${socket.response.status}` : (socket.end?.message ?? 'no answer');
  const model = named ?? models[0] ?? ANY_MODEL;
  const from = named ? 'as --model says' : models[0] ? 'the first that is listed' : 'made up, for none is listed';
  return {
    base,
    model,
    isMadeUp: named === undefined && models.length === 0,
    bindings: opens ? BINDINGS : BINDINGS.filter((binding) => binding !== 'WebSocket'),
    undeclared: new Map(opens ? [] : [['WebSocket', `there is no WebSocket at ${base}/responses: ${came}`]]),
    capabilities: new Set(),
    evidence: `${seen.join('; ')}; model ${model}, ${from}`,
  };
}

function said({ request, response, end }: Exchange): string {
  const came = response ? `HTTP ${response.status}` : (end?.message ?? `no answer (${end?.kind ?? 'unknown'})`);
  return `${request.method} ${request.url}: ${came}`;
}
