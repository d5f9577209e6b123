import { approvalScenarios } from './approval.ts';
import { errorScenarios } from './errors.ts';
import { socketScenarios } from './socket.ts';
import { turnScenarios } from './turn.ts';

export const scenarios = [...turnScenarios, ...approvalScenarios, ...socketScenarios, ...errorScenarios];
