import { expect, test } from 'vitest';
import { resultListener } from './client-result.ts';

const heard = (...pieces: string[]) => {
  const listener = resultListener();
  for (const piece of pieces) listener.onOutput(piece, 'stdout');
  return { told: listener.told, misread: listener.misread };
};
const misread = (got: string) => ({
  told: undefined,
  misread: `expected AGENTPROTO_RESULT {"text": "…"} or {"failed": "why"}, as JSON; got ${got}`,
});

test('the last line counts, whatever comes in between, and in whichever pieces', () => {
  const one = ['before\nAGENTPROTO_RE', 'SULT {"text": "a"}\n'];
  expect(heard(...one)).toEqual({ told: { text: 'a' }, misread: undefined });
  expect(heard(...one, 'debug\n[log] AGENTPROTO_RESULT {"failed":"b"}\n')).toEqual({
    told: { failed: 'b' },
    misread: undefined,
  });
  expect(heard('AGENTPROTO_RESULT {nope\n', ...one)).toEqual({ told: { text: 'a' }, misread: undefined });
  // What a client has nothing to say of may be left out, or null.
  for (const text of ['{}', '{"text":null}'])
    expect(heard(`AGENTPROTO_RESULT ${text}\n`)).toEqual({ told: {}, misread: undefined });
  expect(heard('no result\n')).toEqual({ told: undefined, misread: undefined });
});

test.each(['{nope', '{"txt":"hi"}', '{"text":1}', '"hi"', '{"text":"a","failed":{}}'])(
  '%s is no result, and that is told',
  (text) => {
    expect(heard(`AGENTPROTO_RESULT ${text}\n`)).toEqual(misread(text));
    expect(heard('AGENTPROTO_RESULT {"text":"a"}\n', `AGENTPROTO_RESULT ${text}\n`)).toEqual(misread(text));
  },
);
