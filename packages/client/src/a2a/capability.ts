import type { AgentCapabilities, AgentCard } from '@agentproto/protocol/a2a/1.0';
import { A2AError } from './error.ts';

/** Throws what the agent would answer (§3.3.4), before anything is sent. */
export function checkCapability(
  { capabilities }: AgentCard,
  needed: Exclude<keyof AgentCapabilities, 'extensions'>,
  operation: string,
): void {
  if (capabilities?.[needed]) return;
  const name = needed === 'pushNotifications' ? 'PushNotificationNotSupported' : 'UnsupportedOperation';
  const cardMember = `capabilities.${needed}`;
  throw new A2AError(name, `${operation}: the card does not declare ${cardMember} (A2A §3.3.4)`, { cardMember });
}
