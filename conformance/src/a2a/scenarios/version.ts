import { done } from '../../kit/steps.ts';
import { failsAs } from '../error-view.ts';
import type { Reply } from '../reply.ts';
import { scenario } from '../scenario.ts';

export const versionScenarios = [
  scenario('a2a/version/negotiated', {
    title: 'A version that is not served is refused, and the patch number does not count',
    proves: ['A2A10-VER-001', 'A2A10-VER-002', 'A2A10-VER-003', 'A2A10-VER-004', 'A2A10-VER-006', 'A2A10-VER-008'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const refuses = (id: 'A2A10-VER-001' | 'A2A10-VER-002' | 'A2A10-VER-006', reply: Reply, what: string) =>
        check(id, reply).holds(
          reply.is('VersionNotSupportedError'),
          `VersionNotSupportedError (-32009, HTTP 400) for ${what}`,
        );
      const asked = (version: [name: string, value: string], query: [string, string][] = []) =>
        agent.send(done, { headers: [version], query, hostile: true });

      check('A2A10-VER-001', await agent.send(done)).has({ result: {} });
      const unknown = await asked(['A2A-Version', '99.0']);
      refuses('A2A10-VER-001', unknown, 'A2A-Version: 99.0');

      const silent = await asked(['A2A-Version', '']);
      const empty = await agent.send(done, { headers: [['A2A-Version', ' ']], hostile: true });
      if (agent.offers('0.3'))
        check('A2A10-VER-002', silent).observes(
          "the card offers 0.3 too: an answer without a version is that version's business",
        );
      else {
        refuses('A2A10-VER-002', silent, 'a request without A2A-Version, which means 0.3');
        refuses('A2A10-VER-002', empty, 'an empty A2A-Version, which means 0.3');
      }

      check('A2A10-VER-003', await asked(['A2A-Version', '1.0.7'])).has({ result: {} });
      check('A2A10-VER-006', await asked(['a2a-version', '1.0'])).has({ result: {} });
      refuses('A2A10-VER-006', await asked(['A2A-VERSION', '99.0']), 'A2A-VERSION: 99.0');
      // Who takes any version shows nothing more by taking this one.
      if (unknown.failed)
        check('A2A10-VER-008', await asked(['A2A-Version', 'abc'])).has(
          failsAs('VersionNotSupportedError', 'InvalidParamsError'),
        );

      const queried = await asked(['A2A-Version', ''], [['A2A-Version', '1.0']]);
      check('A2A10-VER-004', queried).observes(
        queried.failed ? 'takes no version from the query' : 'takes the version from the query',
      );
    },
  }),
];
