import { PATHS } from '@agentproto/protocol/chat/docs';
import type { Exchange } from '@agentproto/recording';
import type { Detected, Detection } from '../kit/family.ts';
import { isRecord } from '../kit/json.ts';
import type { Recorder } from '../recorder/recorder.ts';
import { BINDINGS } from './agent.ts';

export interface DetectedChat extends Detected {
  base: string;
}

/** A health check that answers, beside a chat path that takes POST alone: a GET changes nothing (server: Endpoints). */
export async function detect(recorder: Recorder, target: URL): Promise<Detection<DetectedChat>> {
  const base = target.href.replace(/\/$/, '');
  const health = await recorder.request({ method: 'GET', url: base + PATHS.health, binding: 'health' });
  const chat = await recorder.request({ method: 'GET', url: base + PATHS.chat });
  const isHealthy = isRecord(health.response?.json) && typeof health.response.json.status === 'string';
  if (isHealthy && chat.response?.status === 405) {
    return {
      found: {
        base,
        bindings: BINDINGS,
        undeclared: new Map(),
        capabilities: new Set(),
        evidence: `${PATHS.health} and ${PATHS.chat} at ${base}`,
      },
    };
  }
  return {
    tried: [
      `GET ${base}${PATHS.health}: ${whatCame(health)}`,
      `GET ${base}${PATHS.chat}: ${whatCame(chat)}${chat.response ? ', expected 405' : ''}`,
    ],
    reachable: health.response !== undefined || chat.response !== undefined,
  };
}

function whatCame({ response, end }: Exchange): string {
  return response ? `HTTP ${response.status}` : (end?.message ?? `no answer (${end?.kind ?? 'unknown'})`);
}
