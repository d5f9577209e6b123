import type { Json, Script } from '@agentproto/script';
import type { NamesOf } from '../option-names.ts';

/** A model that clients can name. */
export interface ModelOptions {
  /** What the model does, unless a message carries a script of its own: a script, or its short form as text. */
  script?: Script | string;
  /** WayFlow: the agent takes `instructions`. Default false. */
  instructions?: boolean;
}

/** A tool that the server has; what it throws is told to the agent as `{ error }`. `signal` aborts when the response is canceled. */
export type Tool = (args: { [name: string]: Json }, context: { signal: AbortSignal }) => Json | Promise<Json>;

export interface ResponsesOptions {
  /** Tools by name. One is run where a script has the server call it, and does not say what comes of it. */
  tools?: Readonly<Record<string, Tool>>;
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
  contextTokens: true,
  messageBytes: true,
  models: true,
  retentionMs: true,
  socketMs: true,
  tools: true,
};

export interface ResponsesSettings extends Required<Omit<ResponsesOptions, 'models'>> {
  models: Readonly<Record<string, ModelOptions>>;
  /** Ids beside `models` are unknown. */
  closed: boolean;
}

/** Models whose names say what they do. */
const DEFAULT_MODELS: Readonly<Record<string, ModelOptions>> = {
  agentproto: {},
  chunks: { script: '@chunks 10' },
  slow: { script: { steps: [{ text: 'Wait' }, { sleep: 1_000 }, { text: ' for it' }] } },
  hold: { script: { steps: [{ text: 'Working' }, { hold: { until: 'cancel' } }, { text: ' on' }] } },
  tool: { script: '@tool get_weather {"city": "Bern"}' },
  'two-tools': {
    script: {
      steps: [{ tool: { by: 'client', calls: [{ name: 'get_weather' }, { name: 'get_time' }] } }],
      turns: [{ steps: [{ text: 'Both are done' }] }],
    },
  },
  reason: { script: { steps: [{ reason: 'Two cities ' }, { reason: 'match.' }, { text: 'The larger one.' }] } },
  refuse: { script: { steps: [{ refuse: 'I will not ' }, { refuse: 'do that.' }] } },
  fail: { script: { steps: [{ text: 'So far ' }, { end: 'failed', text: 'no luck' }] } },
  crash: { script: '@crash' },
  echo: { script: { steps: [], echo: true } },
  'rate-limited': { script: '@busy 1s' },
};

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
