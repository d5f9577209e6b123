import type { AnyStreamEvent } from '@agentproto/protocol/responses/openai';
import { answers, but, isDelta, ofType, renumbered, responsesQuirk } from './responses-quirk.ts';

const isPiece = (event: AnyStreamEvent) => isDelta(event) && event.type.startsWith('response.refusal.');

export const refusalQuirks = [
  responsesQuirk('responses.refusal.loses-a-piece', {
    breaks: 'RESP-STREAM-012',
    make: (impl, hit) =>
      renumbered(impl, () => {
        let pieces = 0;
        return (event) => (isPiece(event) && ++pieces === 2 ? hit([]) : [event]);
      }),
  }),
  responsesQuirk('responses.refusal.is-never-done', {
    breaks: 'RESP-ITEM-006',
    make: (impl, hit) =>
      renumbered(impl, () => (event) => (event.type === 'response.refusal.done' ? hit([]) : [event])),
  }),
  responsesQuirk('responses.refusal.is-done-as-a-text', {
    breaks: 'RESP-ITEM-006',
    make: (impl, hit) =>
      ofType(impl, 'response.refusal.done', (event) =>
        hit([
          but(event, {
            type: 'response.output_text.done',
            refusal: undefined,
            text: (event as { refusal?: string }).refusal,
            logprobs: [],
          }),
        ]),
      ),
  }),
  responsesQuirk('responses.refusal.comes-as-a-text', {
    breaks: 'RESP-ITEM-006',
    make: (impl, hit) =>
      ofType(impl, 'response.refusal.delta', (event) =>
        hit([but(event, { type: 'response.output_text.delta', logprobs: [] })]),
      ),
  }),
  responsesQuirk('responses.refusal.is-said-as-text', {
    breaks: 'RESP-SCHEMA-001',
    make: (impl, hit) =>
      answers(impl, 'createResponse', (response: { output: { content?: { refusal?: string }[] }[] }) => {
        const said = (part: { refusal?: string }) =>
          part.refusal === undefined ? part : hit({ ...part, refusal: undefined, text: part.refusal });
        const output = response.output.map((item) =>
          item.content ? { ...item, content: item.content.map(said) } : item,
        );
        return { ...response, output };
      }),
  }),
];
