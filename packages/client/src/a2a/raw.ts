const RAW = new WeakMap<object, unknown>();

/**
 * What an agent of an earlier revision of A2A wrote, as it came: of a card, a task, an answer, an event of a stream, a webhook's
 * configuration. Undefined of what A2A 1.0 wrote, which is itself as it came, and of what was put together from several.
 */
export function rawOf(value: object): unknown {
  return RAW.get(value);
}

export function keepRaw<Value extends object>(value: Value, raw: unknown): Value {
  RAW.set(value, raw);
  return value;
}
