import type { RequirementId } from '../index.ts';
import { is } from './docs.ts';

export function guarded(value: unknown): string | undefined {
  return is('AgentMessage', value) ? value.content : undefined;
}

export const rule: RequirementId = 'CHAT-WS-001';
