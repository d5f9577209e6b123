import { expect, test } from 'vitest';
import { TargetError, targetGuard } from './target.ts';
import type { TargetOptions } from './target.ts';

const refusal = (url: string, options?: TargetOptions) => {
  try {
    targetGuard(options).check(url);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(TargetError);
    return (error as Error).message;
  }
};

test.each([
  ['hello', /absolute http or https URL, got "hello"/],
  ['', /absolute http or https/],
  ['file:///etc/passwd', /absolute http or https/],
  ['ftp://example.com/', /absolute http or https/],
  ['https://user:secret@example.com/', /without user and password, got one for example\.com$/],
  ['http://127.0.0.1:9/', /127\.0\.0\.1 is loopback/],
  ['http://localhost/', /loopback/],
  ['http://LOCALHOST./', /loopback/],
  ['http://x.localhost/', /loopback/],
  // Other ways to write the same addresses: the URL parser knows them.
  ['http://2130706433/', /loopback/],
  ['http://0x7f.1/', /loopback/],
  ['http://0177.0.0.1/', /loopback/],
  ['http://169.254.169.254/latest/meta-data/', /link-local/],
  ['http://[::ffff:169.254.169.254]/', /link-local/],
  ['http://[::1]/', /loopback/],
  ['http://0.0.0.0/', /unspecified/],
])('%s is refused', (url, message) => expect(refusal(url)).toMatch(message));

test('a name is allowed until it is resolved', () => expect(refusal('http://example.com/hook')).toBeUndefined());

test('loopback is allowed by option, and nothing else with it', () => {
  expect(refusal('http://127.0.0.1:8080/', { loopback: true })).toBeUndefined();
  expect(refusal('http://[::1]:8080/', { loopback: true })).toBeUndefined();
  expect(refusal('http://10.0.0.1/', { loopback: true })).toMatch(/private/);
});

test('hosts are allowed and denied by name', () => {
  const options = { allowHosts: ['10.0.0.1', '*.corp.example'], denyHosts: ['bad.corp.example'], onlyAllowed: true };
  expect(refusal('http://10.0.0.1/', options)).toBeUndefined();
  expect(refusal('http://a.CORP.example/', options)).toBeUndefined();
  expect(refusal('http://corp.example/', options)).toMatch(/allowed hosts only/);
  expect(refusal('http://bad.corp.example/', options)).toMatch(/not allowed/);
});

test('https can be asked for', () => {
  expect(refusal('http://example.com/', { plainHttp: false })).toMatch(/expected https/);
  expect(refusal('http://127.0.0.1/', { plainHttp: false, loopback: true })).toBeUndefined();
});

type Found = { address: string; family: number };
const dial = (host: string, found: Found[], options?: TargetOptions) =>
  new Promise<{ error?: Error; addresses?: unknown }>((resolve) => {
    const { lookup } = targetGuard(options, (_host, done) => done(null, found));
    lookup(host, { all: true }, (error, addresses) => resolve(error ? { error } : { addresses }));
  });

test('the address that is dialled is the one that was checked', async () => {
  const good = { address: '93.184.216.34', family: 4 };
  expect((await dial('example.com', [good])).addresses).toEqual([good]);
  expect((await dial('evil.example', [{ address: '10.0.0.1', family: 4 }])).error?.message).toMatch(/private/);
  expect((await dial('evil.example', [good, { address: '::1', family: 6 }])).error?.message).toMatch(/loopback/);
  expect((await dial('nobody.example', [])).error?.message).toMatch(/no address/);
  const inside = [{ address: '10.0.0.1', family: 4 }];
  expect((await dial('ci.corp.example', inside, { allowHosts: ['ci.corp.example'] })).addresses).toEqual(inside);
});
