import type { Controller, Handler } from '#undici';
import type { Ending } from '../ending.ts';
import { decoded } from './decoded.ts';
import type { ClientResponse } from './raw.ts';
import { UndiciBody } from './undici-body.ts';

type Received = Parameters<Handler['onResponseStart']>[2];

/** One request and its answer, for as long as undici has to do with it. */
export class Exchange implements Handler {
  /** Once the head of the answer has come. */
  readonly head: Promise<ClientResponse>;
  readonly #until: Ending;
  #resolve!: (response: ClientResponse) => void;
  #reject!: (error: unknown) => void;
  #body: UndiciBody | undefined;

  constructor(until: Ending) {
    this.#until = until;
    this.head = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Of the end of `until`. */
  handleEvent(): void {
    void this.#body?.cancel(this.#until.reason);
  }

  onRequestStart(controller: Controller): void {
    this.#body = new UndiciBody(controller);
    if (this.#until.aborted) this.handleEvent();
    else this.#until.addEventListener('abort', this);
  }

  onResponseStart(_controller: Controller, status: number, received: Received): void {
    // 100 and 103 come before the answer itself.
    if (status < 200) return;
    const headers = new ReceivedHeaders(received);
    this.#resolve({ status, headers, body: decoded(this.#body!, headers.get('content-encoding')) });
  }

  onResponseData(_controller: Controller, chunk: Uint8Array): void {
    this.#body!.push(chunk);
  }

  onResponseEnd(): void {
    this.#until.removeEventListener('abort', this);
    this.#body!.end();
  }

  onResponseError(_controller: Controller, error: Error): void {
    this.#until.removeEventListener('abort', this);
    this.#body?.fail(error);
    // In the shape of what `fetch` throws.
    this.#reject(new TypeError('the request failed', { cause: error }));
  }
}

class ReceivedHeaders {
  readonly #received: Received;

  constructor(received: Received) {
    this.#received = received;
  }

  get(name: string): string | null {
    const value = this.#received[name.toLowerCase()];
    return value === undefined ? null : typeof value === 'string' ? value : value.join(', ');
  }
}
