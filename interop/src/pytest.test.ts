import { expect, test } from 'vitest';
import { readOutcomes } from './pytest.ts';

const OUTPUT = `..s.F
=========================== short test summary info ============================
PASSED tests/a.py::TestA::test_one[jsonrpc]
SKIPPED [2] tests/a.py:10: Agent supports streaming
FAILED tests/a.py::TestA::test_two[http_json] - AssertionError: got 400 - not 415
ERROR tests/b.py::test_three
1 failed, 170 passed, 88 skipped, 2 warnings, 1 error in 41.20s`;

test('what failed, with its message, and the counts', () => {
  expect(readOutcomes(OUTPUT)).toEqual({
    passed: 170,
    skipped: 88,
    failed: [
      { test: 'tests/a.py::TestA::test_two[http_json]', message: 'AssertionError: got 400 - not 415' },
      { test: 'tests/b.py::test_three', message: '' },
    ],
  });
});

test('a summary that is not whole is none', () => {
  expect(readOutcomes('collecting …')).toBeUndefined();
  expect(readOutcomes(OUTPUT.replace('1 failed', '2 failed'))).toBeUndefined();
});
