import type { AgentEvent, PartSpec } from '@agentproto/script';
import type { ChoiceEvent, Tokens } from '../openai/choice.ts';

/** What one event of an agent adds to a choice: texts, refusals, and calls of the caller's tools. The rest is not seen. */
export function choiceEvents(event: AgentEvent): ChoiceEvent[] {
  switch (event.type) {
    case 'text':
      return [{ text: event.text }];
    case 'refusal':
      return [{ refusal: event.text }];
    case 'artifact':
      return event.artifact.parts.map((part) => ({ text: textOf(part) }));
    case 'reply':
      return event.parts.map((part) => ({ text: textOf(part) }));
    case 'tool-request':
      return event.calls.flatMap(({ id, name, args }): ChoiceEvent[] => [
        { call: { id, name } },
        { args: JSON.stringify(args) },
      ]);
    case 'end':
      return event.state === 'completed' && event.text ? [{ text: event.text }] : [];
    default:
      return [];
  }
}

/** What a choice ends with. */
export function endOf(
  event: Extract<AgentEvent, { type: 'end' | 'reply' }>,
  called: boolean,
  tokens: Tokens,
): ChoiceEvent {
  if (event.type === 'end' && (event.state === 'failed' || event.state === 'rejected'))
    return { error: { code: `model_${event.state}`, message: event.text || `The model ${event.state}.` } };
  return { ended: called ? 'tool_calls' : 'stop', tokens };
}

const textOf = ({ text, data, url }: PartSpec): string => text ?? url ?? JSON.stringify(data ?? null);
