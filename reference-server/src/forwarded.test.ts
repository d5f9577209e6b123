import { expect, test } from 'vitest';
import { forwardedUrl } from './forwarded.ts';

test.each([
  [{ host: 'agents.example', proto: 'https' }, 'https://agents.example'],
  [{ host: 'agents.example, inner:1', proto: 'https, http' }, 'https://agents.example'],
  [{ host: 'agents.example', proto: 'https', port: '8443' }, 'https://agents.example:8443'],
  [{ host: 'agents.example:8443', proto: 'https', port: '443' }, 'https://agents.example:8443'],
  [{ host: 'agents.example', proto: 'https', port: '443' }, 'https://agents.example'],
  [{ host: 'agents.example', prefix: '/a/b/' }, 'http://agents.example/a/b'],
  [{ host: '[2001:db8::1]:80' }, 'http://[2001:db8::1]'],
  // What cannot be is not said.
  [{ host: 'agents.example', prefix: '/"><script>' }, 'http://agents.example'],
  [{ host: 'agents.example', proto: 'javascript' }, 'http://agents.example'],
  [{ host: 'user@agents.example' }, undefined],
  [{ host: 'agents.example/path' }, undefined],
  [{ proto: 'https' }, undefined],
] as [Record<string, string>, string | undefined][])('%o is %s', (said, url) => {
  const headers = Object.fromEntries(Object.entries(said).map(([name, value]) => [`x-forwarded-${name}`, value]));
  expect(forwardedUrl(headers)).toBe(url);
});
