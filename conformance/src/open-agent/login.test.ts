import { expect, test } from 'vitest';
import { tokensAmong } from './login.ts';

test.each([
  ['a link with the token in its path', [{ text: 'Log in: http://127.0.0.1:1/v1/auth/link/verify/abc-1' }], ['abc-1']],
  ['in its query', { mails: [{ html: '<a href="http://x/auth/link/verify?lang=en&token=a%2Bb">' }] }, ['a+b']],
  ['a member of that name', [{ token: 'abc' }], ['abc']],
  ['links before that', [{ token: 'other', text: '/auth/link/verify/abc or /auth/link/verify/d' }], ['abc', 'd']],
  ['a text', 'Subject: x\n\nhttp://x/auth/link/verify/abc\n', ['abc']],
  ['none', [{ text: 'Hello' }], []],
])('the tokens of mails: %s', (_name, mails, tokens) => {
  expect(tokensAmong(mails)).toEqual(tokens);
});
