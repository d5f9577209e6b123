import { hello } from '../../kit/steps.ts';
import type { Stimulus } from '../../kit/stimulus.ts';
import { seen } from '../../kit/subject.ts';
import { scenario } from '../scenario.ts';
import { record, text } from '../view.ts';

const busy: Stimulus = { word: 'busy', script: { steps: [{ busy: 1_000 }] } };
/** What the table has for other statuses than 429; OpenAI has several types for this one. */
const OTHER_TYPES = new Set<unknown>(['invalid_request', 'invalid_request_error', 'not_found', 'not_found_error']);

export const errorScenarios = [
  scenario('responses/error/shape', {
    title: 'A body that is no JSON is refused with 400',
    proves: ['RESP-ERR-003'],
    bindings: ['HTTP'],
    async play({ agent, check }) {
      const reply = await agent.call('POST', '/responses', { body: '{', operation: 'createResponse', hostile: true });
      check('RESP-ERR-003', reply).holds(reply.status >= 400 && reply.status < 500, 'a refusal of status 400');
      check('RESP-ERR-003', seen(reply.status, reply.place), { level: 'should' }).equals(400);
    },
  }),

  scenario('responses/error/unknown-item', {
    title: 'A reference to an item that nobody made is refused as what it is',
    proves: ['RESP-ERR-002'],
    bindings: ['HTTP'],
    async play({ agent, check, notApplicable }) {
      const input = [agent.message('Go on'), { type: 'item_reference', id: agent.fresh('msg') }];
      const reply = await agent.call('POST', '/responses', {
        body: agent.request(input),
        operation: 'createResponse',
        hostile: true,
      });
      if (!reply.isRefusal) throw notApplicable('references to items are passed over here');
      check('RESP-ERR-002', reply).holds(reply.status < 500, 'a refusal of status 4xx');
    },
  }),

  scenario('responses/error/busy', {
    title: 'What comes too soon is refused with 429, and with a type that goes with it',
    proves: ['RESP-ERR-002', 'RESP-ERR-005'],
    bindings: ['HTTP'],
    stimulus: ['busy'],
    async play({ agent, check, lost }) {
      const { value, place, refused } = await agent.ask(busy);
      const type = record(value.error)?.type;
      const isToldBusy = value.httpStatus === 429 || /too_many_requests|rate_limit/.test(String(type));
      // A model that is busy may be told as one that failed: that, too, is a type and its status.
      const isFailure =
        Number(value.httpStatus) >= 500 && [undefined, 'server_error', 'model_error'].includes(text(type));
      if (!isToldBusy && (isFailure || !agent.runsScripts || !refused))
        throw lost('the agent was asked to be busy and was not');
      // Who refuses everything has said nothing of being busy.
      if (!isToldBusy) await agent.turn(hello);
      check('RESP-ERR-002', seen({ status: value.httpStatus, type }, place)).holds(
        value.httpStatus === 429 && !OTHER_TYPES.has(type),
        'a status of 429, and too_many_requests',
      );
    },
  }),

  scenario('responses/error/parameters', {
    title: 'A parameter of a wrong type, or out of its range, is refused with 400',
    proves: ['RESP-ERR-004'],
    bindings: ['HTTP'],
    async play({ agent, check }) {
      const many = Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`key${index}`, 'value']));
      const wrong = [
        { max_output_tokens: 15 },
        { top_logprobs: 21 },
        { metadata: many },
        { tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [] } },
        { temperature: 'hot' },
        { input: 5 },
      ];
      for (const fields of wrong) {
        const body = agent.request('Hello', fields);
        // What is out of its range is for the revision to say.
        if (agent.revision.violations('CreateResponseBody', body).length === 0) continue;
        const reply = await agent.call('POST', '/responses', { body, operation: 'createResponse', hostile: true });
        const what = JSON.stringify(fields).slice(0, 80);
        check('RESP-ERR-004', reply).holds(reply.status >= 400 && reply.status < 500, `a refusal of ${what}`);
        if (reply.isRefusal)
          check('RESP-ERR-004', seen(reply.status, reply.place), { level: 'should' }).holds(
            reply.status === 400,
            '400',
          );
      }
    },
  }),
];
