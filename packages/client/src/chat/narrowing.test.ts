import { describe, expectTypeOf, test } from 'vitest';
import { approve, type ChatClient, type Message, type StreamEvent, type ToolCall } from './index.ts';

/** Checked by the compiler. */
describe('what TypeScript knows', () => {
  test('the type of an event says what is in it', () => {
    const read = (event: StreamEvent) => {
      if (event.type === 'text_delta') expectTypeOf(event.text).toEqualTypeOf<string>();
      if (event.type === 'tool_calls') expectTypeOf(event.tool_calls).toEqualTypeOf<ToolCall[]>();
      if (event.type === 'executed_commands') expectTypeOf(event.executed_cmds[0]!.output).toEqualTypeOf<string>();
      // @ts-expect-error: an event of another type has none
      if (event.type === 'done') void event.text;
    };
    expectTypeOf(read).returns.toBeVoid();
  });

  test('what can be sent', () => {
    type Input = Parameters<ChatClient['chat']>[0];
    expectTypeOf<string>().toExtend<Input>();
    expectTypeOf<readonly Message[]>().toExtend<Input>();
    expectTypeOf<{ messages: Message[]; thread_id: string }>().toExtend<Input>();
    expectTypeOf<{ role: 'user'; content: string }>().not.toExtend<Input>();
    expectTypeOf<{ role: 'system'; content: string }[]>().not.toExtend<Input>();
  });

  test('a decision is still what it is about', () => {
    expectTypeOf(approve<ToolCall>).returns.toExtend<ToolCall & { execute: true }>();
  });
});
