import { DEFAULT_MODELS } from '../openai/models.ts';
import type { ModelOptions } from '../openai/models.ts';
import { AMOUNT, OBJECT } from '../option-kinds.ts';
import type { NamesOf } from '../option-names.ts';
import type { Tool, Tools } from '../server-tools.ts';

export type { ModelOptions, Tool };

export interface ResponsesOptions {
  /** Tools by name. One is run where a script has the server call it, and does not say what comes of it. */
  tools?: Tools;
  /** For how many milliseconds of the clock a response, or a conversation of WayFlow's, is kept. Default: for good. */
  retentionMs?: number;
  /** By id. Where it is given, other models are unknown; by default every id is a model, and these have a script. */
  models?: Readonly<Record<string, ModelOptions>> | undefined;
  /** The context window, in tokens of four characters. Default 131,072. */
  contextTokens?: number;
  /** How long a WebSocket lasts, in milliseconds of the clock. Default 60 minutes. Section: WebSocket Reconnects. */
  socketMs?: number;
  /** Bytes of one message on a WebSocket. Default 16 MiB. */
  messageBytes?: number;
}

/** The names of the options, for whoever checks them. */
export const RESPONSES_OPTIONS: NamesOf<ResponsesOptions> = {
  contextTokens: AMOUNT,
  messageBytes: AMOUNT,
  models: OBJECT,
  retentionMs: AMOUNT,
  socketMs: AMOUNT,
  tools: OBJECT,
};

export interface ResponsesSettings extends Required<Omit<ResponsesOptions, 'models'>> {
  models: Readonly<Record<string, ModelOptions>>;
  /** Ids beside `models` are unknown. */
  closed: boolean;
}

export const settingsOf = ({ models, ...options }: ResponsesOptions = {}): ResponsesSettings => ({
  contextTokens: 131_072,
  socketMs: 60 * 60_000,
  messageBytes: 16 * 1024 * 1024,
  retentionMs: Infinity,
  tools: {},
  ...options,
  models: models ?? DEFAULT_MODELS,
  closed: models !== undefined,
});
