import type { OpenAgent } from '../agent.ts';
import type { Scenario } from '../../kit/scenario.ts';

export const scenarios: readonly Scenario<OpenAgent>[] = [];
