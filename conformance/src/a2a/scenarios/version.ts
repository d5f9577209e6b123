import { done } from '../../kit/steps.ts';
import { failsAs } from '../error-view.ts';
import { scenario } from '../scenario.ts';

const refused = failsAs('VersionNotSupportedError');

export const versionScenarios = [
  scenario('a2a/version/negotiated', {
    title: 'A version that is not served is refused, and the patch number does not count',
    proves: ['A2A10-VER-001', 'A2A10-VER-002', 'A2A10-VER-003', 'A2A10-VER-004', 'A2A10-VER-006', 'A2A10-VER-008'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const asked = (version: [name: string, value: string], query: [string, string][] = []) => agent.send(done, { headers: [version], query, hostile: true });

      check('A2A10-VER-001', await agent.send(done)).has({ result: {} });
      check('A2A10-VER-001', await asked(['A2A-Version', '99.0'])).has(refused);

      const silent = await asked(['A2A-Version', '']);
      const empty = await agent.send(done, { headers: [['A2A-Version', ' ']], hostile: true });
      if (agent.offers('0.3')) check('A2A10-VER-002', silent).observes('the card offers 0.3 too: an answer without a version is that version\'s business');
      else for (const reply of [silent, empty]) check('A2A10-VER-002', reply).has(refused);

      check('A2A10-VER-003', await asked(['A2A-Version', '1.0.7'])).has({ result: {} });
      check('A2A10-VER-006', await asked(['a2a-version', '1.0'])).has({ result: {} });
      check('A2A10-VER-006', await asked(['A2A-VERSION', '99.0'])).has(refused);
      check('A2A10-VER-008', await asked(['A2A-Version', 'abc'])).has(failsAs('VersionNotSupportedError', 'InvalidParamsError'));

      const queried = await asked(['A2A-Version', ''], [['A2A-Version', '1.0']]);
      check('A2A10-VER-004', queried).observes(queried.failed ? 'takes no version from the query' : 'takes the version from the query');
    },
  }),
];
