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
  /** Whether it names this event. */
  knowsEvent(type: string): boolean;
}

function revision(
  id: string,
  minimal: RequirementId,
  events: readonly string[],
  validate: (name: never, value: unknown) => Violation[],
): Revision {
  const known = new Set(events);
  return {
    id: `responses@${id}`,
    minimal,
    violations: (name, value) => validate(name as never, value),
    knowsEvent: (type) => known.has(type),
  };
}

export const revision20260424 = revision('2026-04-24', 'RESP-EXT-011', current.STREAM_EVENT_TYPES, validateCurrent);
export const revision20260115 = revision('2026-01-15', 'RESP-EXT-011', first.STREAM_EVENT_TYPES, validateFirst);
export const revisionOpenAI = revision('openai', 'RESP-SCHEMA-001', openai.STREAM_EVENT_TYPES, validateOpenAI);
export const revisionWayFlow = revision('wayflow', 'WF-RESP-001', wayflow.STREAM_EVENT_TYPES, validateWayFlow);

/** `acme:thing`: what an implementation adds (Extending Items; Extending streaming events). */
export const isSlug = (type: unknown): boolean => typeof type === 'string' && /^[^:\s]+:\S+$/.test(type);
