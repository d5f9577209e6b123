import { crash, done } from '../../kit/steps.ts';
import { seen } from '../../kit/subject.ts';
import type { ErrorName } from '../error-view.ts';
import { refusesBadInput } from '../general-faults.ts';
import { scenario } from '../scenario.ts';
import type { RequirementId } from '@agentproto/rules';
import { ERRORS } from '@agentproto/protocol/a2a/1.0';
import type { Reply } from '../reply.ts';
import { namesField, refusesInput } from '../refusal.ts';

/** More than proxies and frameworks take by default, and little enough for a recording. */
const LARGE_BYTES = 1_200_000;

type Change = (message: Record<string, unknown>) => unknown;

/** One member of a good message made bad; everything else stays, so that nothing else can be the reason. */
const INVALID: [what: string, member: string, change: Change][] = [
  ['no messageId', 'messageId', ({ messageId: _, ...rest }) => rest],
  ['no role', 'role', ({ role: _, ...rest }) => rest],
  ['an unknown role', 'role', (message) => ({ ...message, role: 'ROLE_ROBOT' })],
  ['no parts', 'parts', ({ parts: _, ...rest }) => rest],
  ['an empty list of parts', 'parts', (message) => ({ ...message, parts: [] })],
  ['parts that are no list', 'parts', (message) => ({ ...message, parts: 'hello' })],
  ['a part that is a number', 'parts', (message) => ({ ...message, parts: [7] })],
  ['a messageId that is a number', 'messageId', (message) => ({ ...message, messageId: 7 })],
];

/** The rows that are broken where one of these is not the answer at all. */
const OTHERWISE: { readonly [name in ErrorName]?: RequirementId } = {
  TaskNotFoundError: 'A2A10-ERR-006',
  TaskNotCancelableError: 'A2A10-CANCEL-002',
  UnsupportedOperationError: 'A2A10-SEND-002',
};

export const errorScenarios = [
  scenario('a2a/error/invalid-message', {
    title: 'A message that lacks something, or has it in the wrong form, is refused as such',
    proves: ['A2A10-ERR-004', 'A2A10-ERR-005', 'A2A10-DM-008'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const good = agent.message(done);
      const allowed = agent.era.allows(agent.binding.name);
      check('A2A10-ERR-004', await agent.call('SendMessage', { message: good })).has({ result: {} });
      for (const [what, member, change] of INVALID.filter(([name]) => !allowed.includes(name))) {
        const reply = await agent.call('SendMessage', { message: change(good) }, { hostile: true });
        check('A2A10-ERR-004', reply).holds(refusesInput(reply), `a refusal of a message with ${what}`);
        // What cannot be parsed is often refused before anybody knows which member it is in.
        if (!what.startsWith('no ')) continue;
        check('A2A10-DM-008', reply).holds(reply.failed, `a refusal of a message with ${what}`);
        if (refusesInput(reply))
          check('A2A10-ERR-005', reply).holds(
            namesField(reply, member),
            `a word of ${member} where a message with ${what} is refused`,
            reply.value.error,
          );
      }
      const missing = await agent.call('SendMessage', {}, { hostile: true });
      check('A2A10-ERR-004', missing).holds(refusesInput(missing), 'a refusal of a request without a message');
    },
  }),

  scenario('a2a/error/part-members', {
    title: 'A part has exactly one content',
    proves: ['A2A10-ERR-009'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const badInput = await refusesBadInput(agent);
      check('A2A10-ERR-009', await agent.send(done, { parts: [{ text: 'one' }] })).has({ result: {} });
      for (const [what, part] of [
        ['text and url', { text: 'one', url: 'https://example.com/two' }],
        ['no content', { mediaType: 'text/plain' }],
      ] as const) {
        const reply = await agent.send(done, { parts: [part], hostile: true });
        // Refused is refused: which of these codes, 4.1.6 does not say.
        check('A2A10-ERR-009', reply, badInput.unless(reply)).holds(
          refusesInput(reply),
          `a refusal of a part with ${what}`,
        );
      }
    },
  }),

  scenario('a2a/error/unknown-members', {
    title: 'Members that the server does not know are ignored',
    proves: ['A2A10-DM-007', 'A2A10-DM-011'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const metadata = { 'https://example.com/note': { deep: [1, null, { x: true }] }, flag: false };
      const message = { ...agent.message(done), unknownMember: { a: 1 } };
      check('A2A10-DM-007', await agent.call('SendMessage', { message, unknownMember: true })).has({ result: {} });
      check(
        'A2A10-DM-011',
        await agent.call('SendMessage', { message: agent.message(done, { metadata }), metadata }),
      ).has({ result: {} });
    },
  }),

  scenario('a2a/error/table', {
    title: 'Errors carry the code and the status of the table, of 1.0.1 or of 1.0.0',
    proves: ['A2A10-ERR-008'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const task = await agent.taskIn('completed', done);
      const failures: [ErrorName, Reply][] = [
        ['TaskNotFoundError', await agent.get(agent.fresh('no-such-task'))],
        ['TaskNotCancelableError', await agent.cancel(task.id)],
        ...(agent.era.refusals.tellsEnded
          ? [['UnsupportedOperationError', await agent.send('more', { taskId: task.id })] as [ErrorName, Reply]]
          : []),
      ];
      for (const [name, reply] of failures) {
        const allowed = (['1.0.1', '1.0.0'] as const).map(
          (patch) => ERRORS[patch][name as keyof (typeof ERRORS)['1.0.1']],
        );
        const view = reply.value.error;
        // Over JSON-RPC the patches have the same codes; over HTTP+JSON this one has another status.
        if (name === 'TaskNotCancelableError' && agent.binding.name === 'HTTP+JSON' && reply.is(name))
          check('A2A10-ERR-008', reply).observes(
            reply.value.httpStatus === 409 ? 'speaks the error table of 1.0.0' : 'speaks the error table of 1.0.1',
          );
        // That it is refused, and as what, are rows of their own; but which error a task that is over meets with, the
        // table says alone.
        const isOther = name === 'UnsupportedOperationError' ? !reply.failed : !reply.is(name);
        const blockedBy = isOther ? OTHERWISE[name] : undefined;
        const told =
          agent.binding.name === 'JSONRPC'
            ? allowed.some(({ code }) => view?.code === code)
            : allowed.some(({ http }) => reply.value.httpStatus === http);
        check('A2A10-ERR-008', reply, { blockedBy }).holds(
          told && reply.is(name),
          `${name}: ${agent.binding.name === 'JSONRPC' ? `code ${allowed[0]!.code}` : `HTTP ${[...new Set(allowed.map(({ http }) => http))].join(' or ')}`}`,
        );
      }
    },
  }),

  scenario('a2a/error/message-text', {
    title: 'A failure says what went wrong',
    proves: ['A2A10-ERR-001'],
    async play({ agent, check }) {
      const reply = await agent.get(agent.fresh('no-such-task'));
      const error = { value: reply.value.error, place: reply.place, unread: reply.unread };
      const { code, message } = reply.value.error ?? {};
      check('A2A10-ERR-001', error).holds(
        Number.isInteger(code) && typeof message === 'string' && message !== '',
        'a whole-number code and a message',
        { code, message },
      );
    },
  }),

  scenario('a2a/error/crash', {
    title: 'An agent that crashes is an internal error, or a task that failed',
    proves: ['A2A10-ERR-010'],
    stimulus: ['crash'],
    async play({ agent, check, lost }) {
      const reply = await agent.send(crash);
      const { error, result, httpStatus } = reply.value;
      // A task that failed says so, too: then there is no error to be told.
      const { state } = result === undefined ? { state: undefined } : reply.sentTask();
      if (state !== undefined && state !== 'failed')
        throw lost(`the agent was asked to crash and its task is ${state}`);
      check('A2A10-ERR-010', reply).holds(
        state === 'failed' || (error !== undefined && (reply.is('InternalError') || httpStatus === 503)),
        'an internal error (-32603; HTTP 500 or 503), or a task that failed',
      );
    },
  }),

  scenario('a2a/error/large-body', {
    title: 'A request that is very large is answered, as too large or as what it is',
    proves: ['A2A10-LIM-001'],
    async play({ agent, check, lost }) {
      // It lacks its message: whoever reads it all has a reason to refuse it, and nothing is kept of it.
      const reply = await agent.call(
        'SendMessage',
        { metadata: { filler: 'x'.repeat(LARGE_BYTES) } },
        { hostile: true },
      );
      const { response, end } = reply.exchange;
      // Who hangs up on a body that is still under way may have answered before; a slow way there is no hang.
      if (!response) throw lost(`no answer to a body of ${LARGE_BYTES} bytes: ${end?.message ?? end?.kind}`);
      // Who answers a small body that lacks its message in no form of the binding either has no trouble with the size.
      const small = await agent.call('SendMessage', {}, { hostile: true });
      const blockedBy = small.answersLike(reply) ? reply.unread?.by : undefined;
      check('A2A10-LIM-001', seen(reply.value, reply.place), { blockedBy }).holds(
        response.status < 500 && !reply.is('InternalError'),
        `an answer to a body of ${LARGE_BYTES} bytes that is no internal error`,
      );
    },
  }),
];
