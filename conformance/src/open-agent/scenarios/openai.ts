import { validate } from '@agentproto/rules/open-agent/readme';
import { records, text, type Json } from '../../kit/json.ts';
import { offered } from '../../kit/offered.ts';
import type { Reply } from '../../kit/reply.ts';
import { hello } from '../../kit/steps.ts';
import { seen } from '../../kit/subject.ts';
import type { OpenAgent } from '../agent.ts';
import { scenario } from '../scenario.ts';

const faultsOf = (name: 'CompletionResponse' | 'EmbeddingResponse', value: unknown): string =>
  validate(name, value)
    .map(({ message }) => message)
    .join('; ');

const TEXTS = ['A river in Bern', 'A mountain in Valais'];

/** A model of completions need not be one of embeddings, too: what refuses it says nothing about shapes. */
async function embed(agent: OpenAgent, fields: Json = {}): Promise<Reply> {
  const body = { model: agent.model, input: TEXTS, ...fields };
  const reply = await agent.call('POST', '/v1/embeddings', { body, operation: 'createEmbedding' });
  return offered(agent, 'embeddings', reply);
}

/** The numbers of vectors, however they are written. */
const vectorsIn = ({ json }: Reply): number[][] =>
  records(json.data).map(({ embedding }) => {
    if (typeof embedding !== 'string') return Array.isArray(embedding) ? embedding.map(Number) : [];
    const bytes = Buffer.from(embedding, 'base64');
    return Array.from({ length: Math.floor(bytes.length / 4) }, (_, at) => bytes.readFloatLE(at * 4));
  });

const isNear = (one: number[], other: number[]): boolean =>
  one.length === other.length && one.every((value, at) => Math.abs(value - other[at]!) < 1e-3);

export const openaiScenarios = [
  scenario('open-agent/openai/embeddings', {
    title: 'Texts have vectors, one for each, of one length',
    proves: ['OAA-EMB-001'],
    bindings: ['HTTP'],
    async play({ agent, check, lost }) {
      const reply = await embed(agent);
      if (!agent.runsScripts && reply.isRefusal) throw lost(`the model ${agent.model} has no embeddings`);
      check('OAA-EMB-001', reply).has({ httpStatus: 200 });
      if (!reply.isOk) return;
      const faults = faultsOf('EmbeddingResponse', reply.json);
      check('OAA-EMB-001', reply).holds(faults === '', `embeddings: ${faults}`);
      const vectors = vectorsIn(reply);
      check('OAA-EMB-001', reply).holds(
        vectors.length === TEXTS.length && vectors.every(({ length }) => length > 0 && length === vectors[0]!.length),
        `${TEXTS.length} vectors of one length`,
      );
      const indices = records(reply.json.data).map(({ index }) => index);
      check('OAA-EMB-001', seen(indices, reply.place)).equals(TEXTS.map((_, at) => at));
      const short = await embed(agent, { encoding_format: 'base64' });
      if (!agent.runsScripts && short.isRefusal) return;
      check('OAA-EMB-001', short).has({ httpStatus: 200 });
      const same = vectorsIn(short);
      check('OAA-EMB-001', short).holds(
        records(short.json.data).every(({ embedding }) => typeof embedding === 'string') &&
          same.length === vectors.length &&
          same.every((vector, at) => isNear(vector, vectors[at]!)),
        'the same numbers in base64',
      );
    },
  }),

  scenario('open-agent/openai/completion', {
    title: 'A text is completed, in the shape of OpenAI’s',
    proves: ['OAA-COMP-001'],
    bindings: ['HTTP'],
    stimulus: ['done'],
    async play({ agent, check, lost }) {
      const body = { model: agent.model, prompt: agent.words(hello) };
      const reply = await agent.call('POST', '/v1/completions', { body, operation: 'createCompletion' });
      await offered(agent, 'completions', reply);
      if (!agent.runsScripts && reply.isRefusal) throw lost(`the model ${agent.model} has no completions`);
      check('OAA-COMP-001', reply).has({ httpStatus: 200 });
      if (!reply.isOk) return;
      const faults = faultsOf('CompletionResponse', reply.json);
      check('OAA-COMP-001', reply).holds(faults === '', `a text_completion: ${faults}`);
      check('OAA-COMP-001', seen(records(reply.json.choices)[0] ?? null, reply.place)).holds(
        !!text(records(reply.json.choices)[0]?.text),
        'a text',
      );
    },
  }),
];
