import { ERRORS } from '@agentproto/protocol/a2a/1.0';
import { done } from '../../kit/steps.ts';
import { seen } from '../../kit/subject.ts';
import { errorInfoWith, hasErrorInfo } from '../error-info.ts';
import { ignoresQueries, refusesBadInput } from '../general-faults.ts';
import { scenario } from '../scenario.ts';
import type { A2AAgent } from '../agent.ts';
import { isRecord } from '../../kit/json.ts';
import { namesField, refusedInput, refusesInput } from '../refusal.ts';
import { isAlike, unknownRoute } from '../unknown-route.ts';
import { workingTask } from '../push.ts';

const bindings = ['HTTP+JSON'] as const;

const isUntyped = (details: unknown): boolean =>
  Array.isArray(details) && details.some((detail) => !isRecord(detail) || typeof detail['@type'] !== 'string');

export const restScenarios = [
  scenario('a2a/rest/routes', {
    title: 'All routes exist with their verbs',
    proves: ['A2A10-REST-001'],
    bindings,
    stimulus: ['done'],
    async play({ agent, check }) {
      const { id, contextId } = (await agent.send(done)).sentTask();
      const nowhere = await unknownRoute(agent);
      for (const method of agent.owedMethods) {
        // Each is asked of a task that exists, so that 404 most often means that the route does not.
        // What else an operation needs is left out: hostile, as far as its answer goes.
        const params = method.startsWith('Send') ? { message: agent.message(done) } : { id, taskId: id, contextId };
        const reply =
          method === 'SubscribeToTask'
            ? await agent.subscribe(id)
            : await agent.call(method, params, { hostile: !method.startsWith('Send') });
        const status = reply.exchange.response?.status;
        // An answer in a shape of its own is no answer of the route: that is this very rule.
        check('A2A10-REST-001', seen(reply.value, reply.place)).holds(
          status !== undefined && status !== 405 && !((status === 404 || status === 501) && isAlike(reply, nowhere)),
          `a route for ${method}`,
        );
        if ('drain' in reply) await reply.leave();
      }
    },
  }),

  scenario('a2a/rest/media-types', {
    title: 'Both JSON media types are taken',
    proves: ['A2A10-REST-003'],
    bindings,
    stimulus: ['done'],
    async play({ agent, check }) {
      for (const type of ['application/a2a+json', 'application/json']) {
        const reply = await agent.send(done, { headers: [['Content-Type', type]] });
        check('A2A10-REST-003', reply).holds(reply.value.result !== undefined, `a request of type ${type} to be taken`);
      }
    },
  }),

  scenario('a2a/rest/malformed', {
    title: 'A body that is no JSON is refused with 400 and the error body',
    proves: ['A2A10-REST-011'],
    bindings,
    stimulus: ['done'],
    async play({ agent, check }) {
      const request = { message: agent.message(done) };
      check('A2A10-REST-011', await agent.call('SendMessage', request)).has({ result: {} });
      const reply = await agent.call('SendMessage', {}, { body: JSON.stringify(request).slice(0, -1), hostile: true });
      check('A2A10-REST-011', reply).has({ httpStatus: 400, error: {} });
    },
  }),

  scenario('a2a/rest/error-info', {
    title: 'Errors that share a status are told apart by their reason',
    proves: ['A2A10-REST-006'],
    bindings,
    stimulus: ['done'],
    async play({ agent, check }) {
      const task = await agent.taskIn('completed', done);
      for (const [name, reply] of [
        ['TaskNotFoundError', await agent.get(agent.fresh('no-such-task'))],
        ['TaskNotCancelableError', await agent.cancel(task.id)],
        ['UnsupportedOperationError', await agent.send('more', { taskId: task.id })],
      ] as const) {
        const { error } = reply.value;
        // That it is this error is a matter of other rows; one that says to be another has its own reason.
        if (!error || !reply.is(name)) continue;
        const { reason } = ERRORS['1.0.1'][name];
        check('A2A10-REST-006', reply, { blockedBy: isUntyped(error.details) ? 'A2A10-REST-007' : undefined }).holds(
          hasErrorInfo(error.details, reason),
          errorInfoWith(reason),
          error.details,
        );
      }
    },
  }),

  scenario('a2a/rest/query', {
    title: 'Query parameters are read by their camelCase names',
    proves: ['A2A10-REST-004'],
    bindings,
    stimulus: ['done'],
    async play({ agent, check }) {
      const { id } = (await agent.send(done)).sentTask();
      const whole = (await agent.get(id)).task();
      const reply = await agent.get(id, { historyLength: 0 });
      // Without a history there is nothing that the parameter could change.
      if (whole.history.length > 0) {
        const isHeeded = reply.task().history.length === 0;
        const isQuery = isHeeded || (await ignoresQueries(agent)).blockedBy !== undefined;
        check('A2A10-REST-004', seen(reply.task().history, reply.place), {
          blockedBy: isQuery ? undefined : 'A2A10-HIST-001',
        }).holds(isHeeded, 'historyLength=0 in the query to be heeded');
      }
      const wrong = await agent.call('GetTask', { id, historyLength: 'many' }, { hostile: true });
      const badInput = await refusesBadInput(agent);
      check('A2A10-REST-004', wrong, badInput.unless(wrong)).has(refusedInput);
    },
  }),

  scenario('a2a/rest/unknown-route', {
    title: 'What an unknown route answers',
    proves: ['A2A10-REST-012'],
    bindings,
    async play({ agent, check }) {
      const reply = await unknownRoute(agent);
      check('A2A10-REST-012', reply).observes(
        `HTTP ${reply.value.httpStatus} ${reply.value.error?.code === reply.value.httpStatus ? 'in the error format' : 'in another format'}`,
      );
    },
  }),

  scenario('a2a/rest/bad-request', {
    title: 'A refusal of bad input says which fields, as google.rpc.BadRequest',
    proves: ['A2A10-REST-008'],
    bindings,
    async play({ agent, check, lost }) {
      const reply = await agent.call('SendMessage', {}, { hostile: true });
      if (!refusesInput(reply)) throw lost('a request without its message is not refused as such: see ERR-004');
      const details: unknown[] = Array.isArray(reply.value.error?.details) ? reply.value.error.details : [];
      const missing = details.length > 0 ? undefined : (await agent.get(agent.fresh('no-such-task'))).value.error;
      const hasNone =
        missing?.names.includes('TaskNotFoundError') && !(Array.isArray(missing.details) && missing.details.length > 0);
      check('A2A10-REST-008', reply, {
        // Who names no field at all has nothing to put into one.
        blockedBy: isUntyped(details)
          ? 'A2A10-REST-007'
          : hasNone
            ? 'A2A10-REST-006'
            : namesField(reply, 'message')
              ? undefined
              : 'A2A10-ERR-005',
      }).holds(
        details.some((detail) => isRecord(detail) && String(detail['@type']).endsWith('google.rpc.BadRequest')),
        'a google.rpc.BadRequest in the details',
        reply.value.error?.details,
      );
    },
  }),

  scenario('a2a/rest/cancel-body', {
    title: 'A cancel needs no more than an empty object as its body',
    proves: ['A2A10-REST-014'],
    bindings,
    stimulus: ['slow'],
    async play({ agent, check }) {
      for (const body of ['{}', '']) {
        const { id } = await workingTask(agent);
        const reply = await agent.call('CancelTask', { id }, { body, hostile: true });
        check('A2A10-REST-014', reply, body === '' ? { level: 'observe' } : {}).holds(
          !reply.failed || reply.is('TaskNotCancelableError'),
          `:cancel to be taken with ${body || 'an empty body'}`,
        );
        if (reply.failed) await agent.cancel(id);
      }
    },
  }),

  scenario('a2a/rest/tenant', {
    title: 'An interface with a tenant has it in the path, or takes it in the body and the query',
    proves: ['A2A10-REST-013'],
    bindings,
    stimulus: ['done', 'tenant'],
    async play({ agent, check, notApplicable }) {
      const found = agent.interfaces.filter(
        ({ protocolBinding, tenant }) => protocolBinding === 'HTTP+JSON' && tenant !== undefined,
      );
      if (found.length === 0) throw notApplicable('the card declares no HTTP+JSON interface with a tenant');
      const ask = async (one: A2AAgent, more: Record<string, unknown>) => {
        const sent = await one.call('SendMessage', { message: one.message(done), ...more });
        return sent.failed ? sent : one.call('GetTask', { id: sent.sentTask().id, ...more });
      };
      for (const one of found) {
        const { url, tenant } = one;
        const inPath = await ask(agent.at(one), {});
        const beside = inPath.failed ? await ask(agent.at({ ...one, tenant: undefined }), { tenant }) : inPath;
        check('A2A10-REST-013', inPath).holds(
          !beside.failed,
          `the tenant ${tenant} at ${url}/${tenant}/…, or in body and query`,
        );
      }
    },
  }),
];
