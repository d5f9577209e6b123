import type { Exchange } from '@agentproto/recording';
import { record, text, type Json } from './json.ts';
import type { Place, Subject } from './subject.ts';

/** The answer of an HTTP operation, in one piece. */
export class Reply implements Subject {
  readonly exchange: Exchange;
  readonly place: Place;
  readonly value: { httpStatus: number | undefined; body?: unknown; ended?: string };

  constructor(exchange: Exchange) {
    const { response, end } = exchange;
    this.exchange = exchange;
    this.place = { exchange: exchange.id };
    this.value = {
      httpStatus: response?.status,
      ...(response?.json === undefined ? (response?.body ? { body: response.body } : {}) : { body: response.json }),
      ...(response ? {} : { ended: end?.message ?? end?.kind ?? 'no answer' }),
    };
  }

  get status(): number {
    return this.value.httpStatus ?? 0;
  }

  get json(): Json {
    return record(this.exchange.response?.json) ?? {};
  }

  get error(): Json | undefined {
    return record(this.json.error);
  }

  get code(): string | undefined {
    return text(this.error?.code);
  }

  header(name: string): string | undefined {
    return this.exchange.response?.headers.find(([one]) => one.toLowerCase() === name)?.[1];
  }

  get isOk(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  get isRefusal(): boolean {
    return this.status >= 400;
  }

  /** Nothing of the kind is offered here: not at this path, or not in this way. */
  get isMissing(): boolean {
    return [404, 405, 501].includes(this.status);
  }
}
