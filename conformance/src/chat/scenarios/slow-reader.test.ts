import { expect, test } from 'vitest';
import { Blocked } from '../../kit/stops.ts';
import type { Stage } from '../../kit/scenario.ts';
import type { ChatAgent } from '../agent.ts';
import { turnScenarios } from './turn.ts';

test('a play that breaks off leaves no turn behind whose failure ends the process', async () => {
  const scenario = turnScenarios.find(({ id }) => id === 'chat/stream/slow-reader')!;
  const blocked = () => new Blocked('CHAT-STREAM-001', 'expected events, got none (aborted)');
  const agent = { runsScripts: true, ask: async () => Promise.reject(blocked()) } as unknown as ChatAgent;
  const stage = {
    agent,
    check: () => {},
    flaws: () => [],
    lost: Error,
    notApplicable: Error,
  } as unknown as Stage<ChatAgent>;
  // vitest fails the run for a rejection that nobody handles.
  await expect(scenario.play(stage)).rejects.toThrow('expected events');
});
