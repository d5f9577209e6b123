import type { RequirementId } from '@agentproto/rules';
import type { Violation } from '@agentproto/rules/responses/2026-04-24';
import { validate as validateFirst } from '@agentproto/rules/responses/2026-01-15';
import { validate as validateCurrent } from '@agentproto/rules/responses/2026-04-24';
import { validate as validateOpenAI } from '@agentproto/rules/responses/openai';
import { validate as validateWayFlow } from '@agentproto/rules/responses/wayflow';
import * as first from '@agentproto/protocol/responses/2026-01-15';
import * as current from '@agentproto/protocol/responses/2026-04-24';
import * as openai from '@agentproto/protocol/responses/openai';
import * as wayflow from '@agentproto/protocol/responses/wayflow';

/** How one revision is judged: its shapes, and what it names. */
export interface Revision {
  /** `responses@2026-04-24` */
  id: string;
  /** What is wrong with a value as a message of that name. */
  violations(name: string, value: unknown): Violation[];
  /** What is broken where even a minimal request gets no response. */
  minimal: RequirementId;
  /** By operation: the message of its request. */
  requests: Readonly<Record<string, { request: string | null } | undefined>>;
  /** Whether it names this event. */
  knowsEvent(type: string): boolean;
}

interface Tables {
  STREAM_EVENT_TYPES: readonly string[];
  METHODS: Revision['requests'];
}

function revision(
  id: string,
  minimal: RequirementId,
  { STREAM_EVENT_TYPES: events, METHODS: requests }: Tables,
  validate: (name: never, value: unknown) => Violation[],
): Revision {
  const known = new Set(events);
  return {
    id: `responses@${id}`,
    minimal,
    requests,
    violations: (name, value) => validate(name as never, value),
    knowsEvent: (type) => known.has(type),
  };
}

export const revision20260424 = revision('2026-04-24', 'RESP-EXT-011', current, validateCurrent);
export const revision20260115 = revision('2026-01-15', 'RESP-EXT-011', first, validateFirst);
export const revisionOpenAI = revision('openai', 'RESP-SCHEMA-001', openai, validateOpenAI);
export const revisionWayFlow = revision('wayflow', 'WF-RESP-001', wayflow, validateWayFlow);

/** `acme:thing`: what an implementation adds (Extending Items; Extending streaming events). */
export const isSlug = (type: unknown): boolean => typeof type === 'string' && /^[^:\s]+:\S+$/.test(type);
