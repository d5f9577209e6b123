import type { Script } from '@agentproto/script';

/** A model that clients can name. */
export interface ModelOptions {
  /** What the model does, unless a message carries a script of its own: a script, or its short form as text. */
  script?: Script | string;
  /** WayFlow: the agent takes `instructions`. Default false. */
  instructions?: boolean;
}

/** Models whose names say what they do. */
export const DEFAULT_MODELS: Readonly<Record<string, ModelOptions>> = {
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

/** What a list of models says of one (Models: the model object). */
export interface ListedModel {
  id: string;
  object: 'model';
  /** Seconds since the epoch. */
  created: number;
  owned_by: string;
}

/** Models are as old as this. */
const CREATED = 1_767_225_600;

export const listedModels = (models: Readonly<Record<string, ModelOptions>>): ListedModel[] =>
  Object.keys(models).map((id) => ({ id, object: 'model', created: CREATED, owned_by: 'agentproto' }));
