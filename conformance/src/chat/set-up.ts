import { isRecord } from '../kit/json.ts';

/** How the target is set up, as far as it says so itself (`/.well-known/agentproto.json`). */
export interface SetUp {
  /** Between pings, in milliseconds; null: there are none. */
  pingMs?: number | null;
  pongMs?: number;
  /** `scripted`: the thread itself says whether it is answered. */
  router?: string | null;
}

export function setUpIn(said: unknown): SetUp {
  const { pingMs, pongMs, router } = isRecord(said) ? said : {};
  return {
    ...(typeof pingMs === 'number' || pingMs === null ? { pingMs } : {}),
    ...(typeof pongMs === 'number' ? { pongMs } : {}),
    ...(typeof router === 'string' ? { router } : {}),
  };
}
