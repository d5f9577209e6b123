import { isRecord } from '../../kit/json.ts';
import { done } from '../../kit/steps.ts';
import { scenario } from '../scenario.ts';

export const versionScenarios = [
  scenario('a2a/version/negotiated', {
    title: 'A version that is not served is refused, and the patch number does not count',
    proves: [
      'A2A10-VER-001',
      'A2A10-VER-002',
      'A2A10-VER-003',
      'A2A10-VER-004',
      'A2A10-VER-006',
      'A2A10-VER-008',
      'A2A10-RPC-012',
      'A2A10-REST-010',
    ],
    stimulus: ['done'],
    async play({ agent, check }) {
      const refused = 'VersionNotSupportedError (-32009, HTTP 400)';
      const asked = (version: [name: string, value: string], query: [string, string][] = []) =>
        agent.send(done, { headers: [version], query, hostile: true });

      const served = await agent.send(done);
      check('A2A10-VER-001', served).has({ result: {} });
      const unknown = await asked(['A2A-Version', '99.0']);
      // Who gives a reason for no error of this binding breaks the rule about reasons (11.6), not this one.
      const twin = await agent.get(agent.fresh('no-such-task'));
      const givesNone = agent.binding.name === 'HTTP+JSON' && twin.failed && !twin.says('TaskNotFoundError');
      // Who heeds in the query what it overlooks in the header reads parameters from the wrong place.
      const inQuery = unknown.failed ? undefined : await asked(['A2A-Version', ''], [['A2A-Version', '99.0']]);
      const fromHeaders = agent.binding.name === 'JSONRPC' ? 'A2A10-RPC-012' : 'A2A10-REST-010';
      const isElsewhere = inQuery?.is('VersionNotSupportedError') === true;
      check(fromHeaders, unknown, { blockedBy: unknown.failed || isElsewhere ? undefined : 'A2A10-VER-001' }).holds(
        unknown.failed,
        'the header A2A-Version to be heeded, as its like in the query is',
      );
      check('A2A10-VER-001', unknown, {
        blockedBy: isElsewhere
          ? fromHeaders
          : unknown.is('VersionNotSupportedError') && givesNone
            ? 'A2A10-REST-006'
            : undefined,
      }).holds(
        unknown.says('VersionNotSupportedError'),
        `${refused} for A2A-Version: 99.0, told by its code or its reason`,
      );

      // From here on a version that is not served is one that meets with what 99.0 met with, whatever that is.
      const silent = await asked(['A2A-Version', '']);
      const empty = await agent.send(done, { headers: [['A2A-Version', ' ']], hostile: true });
      if (agent.offers('0.3'))
        check('A2A10-VER-002', silent).observes(
          "the card offers 0.3 too: an answer without a version is that version's business",
        );
      else
        for (const [reply, what] of [
          [silent, 'a request without A2A-Version'],
          [empty, 'an empty A2A-Version'],
        ] as const)
          check('A2A10-VER-002', reply, {
            blockedBy: unknown.failed ? undefined : isElsewhere ? fromHeaders : 'A2A10-VER-001',
          }).holds(
            reply.says('VersionNotSupportedError') || (unknown.failed && reply.answersLike(unknown)),
            `${refused} for ${what}, which means 0.3`,
          );

      check('A2A10-VER-003', await asked(['A2A-Version', '1.0.7'])).has({ result: {} });
      check('A2A10-VER-006', (await asked(['a2a-version', '1.0'])).outcome).equals(served.outcome.value);
      check('A2A10-VER-006', (await asked(['A2A-VERSION', '99.0'])).outcome).equals(unknown.outcome.value);
      // Who takes any version shows nothing more by taking this one.
      if (unknown.failed) {
        const malformed = await asked(['A2A-Version', 'abc']);
        check('A2A10-VER-008', malformed).holds(
          malformed.answersLike(unknown) ||
            malformed.is('VersionNotSupportedError') ||
            malformed.is('InvalidParamsError'),
          `${refused} or InvalidParamsError for A2A-Version: abc`,
        );
      }

      const queried = await asked(['A2A-Version', ''], [['A2A-Version', '1.0']]);
      check('A2A10-VER-004', queried).observes(
        queried.failed ? 'takes no version from the query' : 'takes the version from the query',
      );
    },
  }),

  scenario('a2a/version/of-another-interface', {
    title: 'A version that the card offers at another url is not taken here',
    proves: ['A2A10-VER-009'],
    stimulus: ['done', 'two-interfaces'],
    async play({ agent, check, notApplicable }) {
      const { url } = agent.interfaces.find(({ protocolBinding }) => protocolBinding === agent.binding.name)!;
      const all = (Array.isArray(agent.card.supportedInterfaces) ? agent.card.supportedInterfaces : []).filter(
        isRecord,
      );
      const here = new Set(all.filter((one) => one.url === url).map(({ protocolVersion }) => minor(protocolVersion)));
      const elsewhere = all.map(({ protocolVersion }) => minor(protocolVersion)).find((one) => one && !here.has(one));
      if (!elsewhere) throw notApplicable('the card offers no other version at another url');
      const reply = await agent.send(done, { headers: [['A2A-Version', elsewhere]], hostile: true });
      const unknown = await agent.send(done, { headers: [['A2A-Version', '99.0']], hostile: true });
      check('A2A10-VER-009', reply, { blockedBy: unknown.failed ? undefined : 'A2A10-VER-001' }).holds(
        reply.says('VersionNotSupportedError') || (unknown.failed && reply.answersLike(unknown)),
        `VersionNotSupportedError (-32009, HTTP 400) for A2A-Version: ${elsewhere}, which is offered elsewhere`,
      );
    },
  }),
];

/** `1.0.1` -> `1.0` */
const minor = (version: unknown) => (typeof version === 'string' ? /^\d+\.\d+/.exec(version)?.[0] : undefined);
