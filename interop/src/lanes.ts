import type { Lane } from './lane.ts';
import { a2aGo } from './lanes/a2a-go.ts';
import { a2aPython } from './lanes/a2a-python.ts';
import { a2akit } from './lanes/a2akit.ts';

export const lanes: readonly Lane[] = [a2akit, a2aPython, a2aGo];
