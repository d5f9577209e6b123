/** Doubles in one process, as in a file of tests: `doubles.js reference | tests | aimock`. */
import { serve } from '../child.ts';

interface Double {
  close(): Promise<void>;
}

/** Imported before anything is measured, each alone: they have modules in common. */
const kinds: Record<string, () => Promise<(protocols: string[]) => Promise<Double>>> = {
  async reference() {
    const { createReferenceServer } = await import('@agentproto/reference-server');
    return (protocols) => createReferenceServer(protocols.length > 0 ? { protocols } : {});
  },
  async tests() {
    const { agentServer } = await import('@agentproto/reference-server/node-test');
    return (protocols) => agentServer({ after: () => {} }, protocols.length > 0 ? { protocols } : {});
  },
  async aimock() {
    const { A2AMock } = await import('@copilotkit/aimock');
    return async () => {
      const mock = new A2AMock();
      await mock.start();
      return { close: () => mock.stop() };
    };
  },
};
const begin = await kinds[process.argv[2]!]!();

serve({
  /** Milliseconds until a double takes requests: the first, and the median of `count` further ones. */
  async starts(count: number, ...protocols: string[]) {
    const times: number[] = [];
    for (let i = 0; i <= count; i += 1) {
      const from = performance.now();
      const double = await begin(protocols);
      times.push(performance.now() - from);
      await double.close();
    }
    const [first, ...further] = times;
    return { first, further: further.toSorted((a, b) => a - b)[Math.floor(count / 2)] };
  },
});
