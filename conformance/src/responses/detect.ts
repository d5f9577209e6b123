import type { Exchange } from '@agentproto/recording';
import type { Detected, Detection } from '../kit/family.ts';
import { isRecord } from '../kit/json.ts';
import type { Recorder } from '../recorder/recorder.ts';
import { BINDINGS } from './binding.ts';

export interface DetectedResponses extends Detected {
  /** What operations are relative to; it ends with /v1 as a rule. */
  base: string;
  /** The model that is asked: the first that the target lists. */
  model: string;
}

/** What is asked for where a target lists none. */
const ANY_MODEL = 'agentproto';

/**
 * Looks at `{target}/responses`, then at `{target}/v1/responses`, with GET alone. POST is what is taken there, so what
 * tells is that a GET is answered otherwise than at a path that does not exist: refused as a method, or as a response
 * that does not exist, or taken as a WebSocket. Where the user names the protocol, a list of models is enough, or a door
 * that asks for credentials.
 */
export async function detect(
  recorder: Recorder,
  target: URL,
  { named }: { named: boolean },
): Promise<Detection<DetectedResponses>> {
  const root = target.href.replace(/[?#].*$/, '').replace(/\/$/, '');
  const looks: Look[] = [];
  for (const base of [root, `${root}/v1`]) {
    const look = await lookAt(recorder, base);
    if (look.traces.length > 0) return { found: describe(look, look.traces) };
    looks.push(look);
  }
  const weak = named ? looks.find(({ hints }) => hints.length > 0) : undefined;
  if (weak) return { found: describe(weak, weak.hints) };
  return { tried: looks.flatMap(({ tried }) => tried), reachable: looks.some(({ reachable }) => reachable) };
}

interface Look {
  base: string;
  model: string;
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
  const get = (path: string) =>
    recorder.request({ method: 'GET', url: base + path, headers: [['Accept', 'application/json']] });
  // At once: one that never answers is waited for once.
  const [create, unknown, nowhere, models, live] = await Promise.all([
    get('/responses'),
    get('/responses/resp_agentproto_unknown'),
    get('/agentproto-no-such-path'),
    get('/models'),
    recorder.socket({ url: `${base.replace(/^http/, 'ws')}/responses` }),
  ]);
  if (live.exchange.response?.status === 101) await live.close();
  else await live.leave();
  const socket = live.exchange;
  const all = [create, unknown, socket];
  const list = modelsIn(models);
  return {
    base,
    model: list[0] ?? ANY_MODEL,
    socket,
    traces: all.filter((exchange) => isTrace(exchange, nowhere)).map(said),
    hints: [
      ...(list.length > 0 ? [models] : []),
      ...[create].filter(({ response }) => response?.status === 401 || response?.status === 403),
    ].map(said),
    tried: [create, unknown].map(said),
    reachable: [create, nowhere].some(({ response }) => response !== undefined),
  };
}

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

function describe({ base, model, socket }: Look, seen: readonly string[]): DetectedResponses {
  const opens = socket.response?.status === 101;
  const came = socket.response ? `HTTP ${socket.response.status}` : (socket.end?.message ?? 'no answer');
  return {
    base,
    model,
    bindings: opens ? BINDINGS : BINDINGS.filter((binding) => binding !== 'WebSocket'),
    undeclared: new Map(opens ? [] : [['WebSocket', `there is no WebSocket at ${base}/responses: ${came}`]]),
    capabilities: new Set(),
    evidence: seen.join('; '),
  };
}

function said({ request, response, end }: Exchange): string {
  const came = response ? `HTTP ${response.status}` : (end?.message ?? `no answer (${end?.kind ?? 'unknown'})`);
  return `GET ${request.url}: ${came}`;
}
