import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { cardPayload } from './card-payload.ts';
import type { AgentCard } from '../generated/a2a/1.0/models.ts';

const card: AgentCard = {
  skills: [],
  name: 'Agent',
  description: '',
  version: '1',
  supportedInterfaces: [{ url: 'https://a.example/', tenant: '', protocolBinding: 'JSONRPC', protocolVersion: '1.0' }],
  capabilities: {
    streaming: false,
    extensions: [{ uri: 'urn:x', required: false, description: '', params: { kept: '', also: [] } }],
  },
  defaultInputModes: ['text/plain'],
  defaultOutputModes: ['text/plain'],
  securityRequirements: [{ schemes: { key: { list: [] } } }],
  securitySchemes: { key: { httpAuthSecurityScheme: { scheme: 'Bearer', description: '', bearerFormat: '' } } },
  iconUrl: '',
  signatures: [{ protected: 'x', signature: 'y' }],
};

test('keeps what is REQUIRED or `optional`, and leaves out what else is at its default', () => {
  expect(cardPayload(card)).toBe(
    '{"capabilities":{"extensions":[{"params":{"also":[],"kept":""},"uri":"urn:x"}],"streaming":false},' +
      '"defaultInputModes":["text/plain"],"defaultOutputModes":["text/plain"],"description":"","iconUrl":"","name":"Agent",' +
      '"securityRequirements":[{"schemes":{"key":{}}}],"securitySchemes":{"key":{"httpAuthSecurityScheme":{"scheme":"Bearer"}}},' +
      '"skills":[],"supportedInterfaces":[{"protocolBinding":"JSONRPC","protocolVersion":"1.0","url":"https://a.example/"}],"version":"1"}',
  );
});

/** The upstream listing of the proto; it lies beside the repository, not in it. */
const listing = resolve(import.meta.dirname, '../../../../../shared/upstream/a2a-1.0.definitions.json');

interface Field {
  json: string;
  type: string;
  label?: 'repeated' | 'optional';
  required?: boolean;
  oneof?: string;
}

test('every member of the card at its default is treated as the proto says', () => {
  if (!existsSync(listing)) return void console.warn(`NOT COMPARED with the proto: ${join(listing)} is not there`);
  const { messages } = JSON.parse(readFileSync(listing, 'utf8')) as { messages: Record<string, Field[]> };
  const defaults: Record<string, unknown> = { string: '', bool: false };
  const isMessage = (type: string) => Object.hasOwn(messages, type);
  const mapOf = (type: string) => /^map<string, (\w+)>$/.exec(type)?.[1];

  /** A message whose every member is at its default; `left` is what must be left of it. */
  function example(name: string, stays: boolean): unknown {
    const members = messages[name]!.flatMap(({ json, type, label, required, oneof }): [string, unknown][] => {
      if (name === 'AgentCard' && json === 'signatures') return [];
      const valueType = mapOf(type);
      if (isMessage(type)) return [[json, label === 'repeated' ? [example(type, stays)] : example(type, stays)]];
      if (valueType && isMessage(valueType)) return [[json, { one: example(valueType, stays) }]];
      if (type === 'Struct') return [[json, { kept: '' }]];
      const kept = required || label === 'optional' || oneof !== undefined;
      if (stays && !kept) return [];
      return [[json, label === 'repeated' ? [] : valueType ? {} : defaults[type]]];
    });
    return Object.fromEntries(members);
  }
  const whole = example('AgentCard', false) as AgentCard;
  const left = example('AgentCard', true) as AgentCard;
  expect(JSON.parse(cardPayload(whole))).toEqual(left);
});
