import { type Platform, viaFetch } from './raw.ts';

/** Browsers, workers and whatever is not Node: the platform's own `fetch`, as it is when a client is made. */
export const createPlatform = (fetch = globalThis.fetch): Platform => viaFetch(fetch);
