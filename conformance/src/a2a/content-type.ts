import type { Exchange } from '@agentproto/recording';

export function contentTypeOf({ response }: Pick<Exchange, 'response'>): string | undefined {
  return response?.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
}

export function isEventStream(exchange: Pick<Exchange, 'response'>): boolean {
  return /^text\/event-stream\b/i.test(contentTypeOf(exchange) ?? '');
}
