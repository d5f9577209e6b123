import { late } from '../late.ts';

/** An app that sends, and waits for the answer, carries nothing of it. */
export const following = late(() => import('./follow.ts'));
