import type { AgentEvent } from '@agentproto/script';

/** A token has four characters here. */
export const CHARS = 4;
export const tokensOf = (chars: number): number => Math.ceil(chars / CHARS);

/** Characters that an event puts out. */
export function charsIn(event: AgentEvent): number {
  switch (event.type) {
    case 'text':
    case 'refusal':
    case 'reasoning':
    case 'status':
      return event.text.length;
    case 'delegation':
      return event.text?.length ?? 0;
    case 'artifact':
      return event.artifact.parts.reduce(
        (sum, part) => sum + (part.text?.length ?? JSON.stringify(part.data).length),
        0,
      );
    default:
      return 0;
  }
}
