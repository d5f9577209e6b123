import type { Exchange } from '@agentproto/recording';
import { describe, expect, test } from 'vitest';
import type { DriverTools } from '../../kit/family.ts';
import { Lenience } from '../../kit/lenience.ts';
import { speakOld } from './0.3.ts';

describe('HTTP+JSON', () => {
  const tools = { lenience: new Lenience(), unique: () => 'own-id' } as unknown as DriverTools;
  const one = { url: 'http://h', protocolBinding: 'HTTP+JSON', protocolVersion: '0.3.0' };
  const binding = speakOld(one, {}, tools);

  test('a configuration has the id that the proto requires of the caller', () => {
    const body = (params: object) =>
      JSON.parse(
        String(binding.request('CreateTaskPushNotificationConfig', { taskId: 't', url: 'u', ...params }).body),
      );
    expect(body({})).toMatchObject({
      configId: 'own-id',
      config: { name: 'tasks/t/pushNotificationConfigs/own-id', pushNotificationConfig: { url: 'u' } },
    });
    expect(body({ id: 'given' })).toMatchObject({
      configId: 'given',
      config: { name: 'tasks/t/pushNotificationConfigs/given' },
    });
  });

  test('an event that names an error is a refusal', () => {
    const exchange = { response: { status: 200 }, frames: [] } as unknown as Exchange;
    const event = { error: 'io.a2a.spec.TaskNotFoundError', message: 'Task not found' };
    expect(binding.readEvent(event, exchange)).toMatchObject({
      error: { names: ['TaskNotFoundError'], message: 'Task not found' },
    });
  });
});
