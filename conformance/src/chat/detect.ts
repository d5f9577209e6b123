import { PATHS } from '@agentproto/protocol/chat/docs';
import type { Exchange } from '@agentproto/recording';
import type { Detected, Detection } from '../kit/family.ts';
import { isRecord } from '../kit/json.ts';
import { findManifest } from '../manifest.ts';
import type { Recorder } from '../recorder/recorder.ts';
import { BINDINGS } from './binding.ts';
import { setUpIn, type SetUp } from './set-up.ts';

export interface DetectedChat extends Detected {
  base: string;
  setUp: SetUp;
  isDcaf: boolean;
}

/** Something that a chat server shows to a GET, which changes nothing. */
interface Trace {
  /** What was asked for, and what came. */
  tried: string;
  seen: boolean;
}

/**
 * Looks for traces of chat (server: Endpoints). Each of them can be had elsewhere, too: many a server has a /health, or
 * takes POST at /api/chat. So two are asked for, and one where the user names the protocol.
 */
export async function detect(
  recorder: Recorder,
  target: URL,
  { named, id = 'chat@docs' }: { named: boolean; id?: string },
): Promise<Detection<DetectedChat>> {
  const base = target.href.replace(/\/$/, '');
  const get = (path: string, binding?: string) =>
    recorder.request({ method: 'GET', url: base + path, ...(binding ? { binding } : {}) });
  // At once: one that never answers is waited for once.
  const [health, nowhere, chat, stream, socket] = await Promise.all([
    get(PATHS.health, 'health'),
    get('/api/no-such-path'),
    get(PATHS.chat),
    get(PATHS.chatStream),
    recorder.socket({ url: `${base.replace(/^http/, 'ws')}${PATHS.chatWs}` }),
  ]);
  if (socket.exchange.response?.status === 101) await socket.close();
  else await socket.leave();

  const traces: Trace[] = [
    { tried: said(health), seen: isHealth(health) },
    ...[chat, stream].map((exchange) => ({ tried: said(exchange), seen: takesPostAlone(exchange, nowhere) })),
    { tried: said(socket.exchange), seen: socket.exchange.response?.status === 101 },
  ];
  const wanted = named ? 1 : 2;
  // What is asked beside GET changes nothing either, and tells of a server that says the same to every GET (RFC 9110, 9.3.7).
  if (traces.filter((trace) => trace.seen).length < wanted) {
    const options = (path: string) => recorder.request({ method: 'OPTIONS', url: base + path });
    const [there, nothing] = await Promise.all([options(PATHS.chat), options('/api/no-such-path')]);
    traces.push({ tried: said(there), seen: allowsPost(there) && !allowsPost(nothing) });
  }
  const seen = traces.filter((trace) => trace.seen);
  const tried = traces.map((trace) => trace.tried);
  if (seen.length < wanted)
    return { tried, reachable: [health, nowhere].some(({ response }) => response !== undefined) };
  const manifest = await findManifest(recorder, target);
  return {
    found: {
      base,
      isDcaf: id !== 'chat@docs',
      setUp: setUpIn(manifest?.setUp?.[id]),
      bindings: BINDINGS,
      undeclared: new Map(),
      capabilities: new Set(),
      evidence: seen.map((trace) => trace.tried).join('; '),
    },
  };
}

function isHealth({ response }: Exchange): boolean {
  return isRecord(response?.json) && typeof response.json.status === 'string';
}

/** 405, as documented for a method that is not taken; or a refusal with a `detail` that an unknown path does not get. */
function takesPostAlone({ response }: Exchange, nowhere: Exchange): boolean {
  if (!response) return false;
  if (response.status === 405) return nowhere.response?.status !== 405;
  const { json, status } = response;
  const refused = status >= 400 && status < 500 && isRecord(json) && json.detail !== undefined;
  return refused && JSON.stringify(json) !== JSON.stringify(nowhere.response?.json);
}

/** What a server says that it takes at a path. */
function allowsPost({ response }: Exchange): boolean {
  const allow = response?.headers.find(([name]) => name.toLowerCase() === 'allow')?.[1];
  return /\bPOST\b/i.test(allow ?? '');
}

function said({ request, response, end }: Exchange): string {
  const came = response ? `HTTP ${response.status}` : (end?.message ?? `no answer (${end?.kind ?? 'unknown'})`);
  return `${request.method} ${request.url}: ${came}`;
}
