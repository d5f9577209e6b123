import { Agent as Undici } from 'undici';

/** What is used of undici. Its own types would want undici at whoever compiles against ours. */
export interface Agent {
  dispatch(request: Dispatch, handler: Handler): boolean;
  destroy(): Promise<void>;
}

export interface Dispatch {
  origin: string;
  path: string;
  method: 'GET' | 'POST' | 'DELETE';
  /** Names and values in turn. */
  headers: string[];
  body: string | null;
}

export interface Controller {
  pause(): void;
  resume(): void;
  abort(reason: Error): void;
}

export interface Handler {
  onRequestStart(controller: Controller): void;
  onResponseStart(
    controller: Controller,
    statusCode: number,
    headers: { readonly [name: string]: string | string[] | undefined },
  ): void;
  onResponseData(controller: Controller, chunk: Uint8Array): void;
  onResponseEnd(): void;
  onResponseError(controller: Controller, error: Error): void;
}

/** In the published package the bundler puts undici's own code here (bundle-undici.mjs). */
export const Agent: new (options: { headersTimeout: number; bodyTimeout: number }) => Agent = Undici;
