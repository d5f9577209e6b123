import { describe, expect, test } from 'vitest';
import { findScript, type Carrier } from './carriers.ts';
import { ScriptError } from './script-error.ts';

const TYPE = 'application/vnd.agentproto.script+json';
const empty: Carrier = { texts: [], data: [], metadata: [] };
const find = (carrier: Partial<Carrier>) => findScript({ ...empty, ...carrier });
const says = (text: string) => ({ steps: [{ text }] });

test('no carrier, no script', () => {
  expect(find({})).toBeUndefined();
  expect(
    find({
      texts: ['hi', '@nobody'],
      data: [{ data: says('a') }, { mediaType: 'application/json', data: says('b') }],
      metadata: [undefined, null, 'agentproto/script', {}, ['agentproto/script']],
      messageId: 'm1',
      model: 'gpt-5',
    }),
  ).toBeUndefined();
});

test('data part, metadata, text, model, message id: the first that is there wins', () => {
  const carrier: Carrier = {
    data: [{ data: 1 }, { mediaType: TYPE, data: says('data') }],
    metadata: [{ other: 1 }, { 'agentproto/script': says('metadata') }, { 'agentproto/script': says('outer') }],
    texts: ['hello', '@fail text', '@crash'],
    model: '@fail model',
    messageId: 'tck-complete-task-1',
  };
  expect(findScript(carrier)).toEqual({ script: says('data'), via: 'data' });
  carrier.data = [];
  expect(findScript(carrier)).toEqual({ script: says('metadata'), via: 'metadata' });
  carrier.metadata = [];
  expect(findScript(carrier)).toEqual({ script: { steps: [{ end: 'failed', text: 'text' }] }, via: '@fail' });
  carrier.texts = ['hello'];
  expect(findScript(carrier)).toEqual({ script: { steps: [{ end: 'failed', text: 'model' }] }, via: 'model @fail' });
  delete carrier.model;
  expect(findScript(carrier)).toEqual({
    script: { steps: [{ end: 'completed', text: 'Hello from TCK' }] },
    via: 'messageId',
  });
});

test('media types have parameters and no case; metadata may be JSON text', () => {
  expect(
    find({ data: [{ mediaType: `${TYPE.toUpperCase()} ; charset=utf-8`, data: [{ text: 'a' }] }] })?.script,
  ).toEqual(says('a'));
  expect(find({ metadata: [{ 'agentproto/script': '[{"text":"a"}]' }] })?.script).toEqual(says('a'));
});

describe('a carrier that cannot be read is never passed over', () => {
  test.each<[string, Partial<Carrier>]>([
    ['data', { data: [{ mediaType: TYPE, data: 'no' }] }],
    ['metadata', { metadata: [{ 'agentproto/script': null }] }],
    ['metadata text', { metadata: [{ 'agentproto/script': '{' }] }],
    ['text', { texts: ['@script {}'] }],
    ['preset', { texts: ['@slow turtle'] }],
    ['model', { model: '@pad' }],
  ])('%s', (_what, carrier) => {
    expect(() => find({ messageId: 'tck-complete-task', ...carrier })).toThrow(ScriptError);
  });
});
