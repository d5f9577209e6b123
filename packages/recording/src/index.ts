export type { Body, EndKind, Exchange, Frame, Headers, RecordedRequest, RecordedResponse } from './exchange.ts';
