/** Doubles in one process, as in a file of tests: `doubles.js reference | aimock`. */
import { A2AMock } from '@copilotkit/aimock';
import { createReferenceServer } from '@agentproto/reference-server';
import { serve } from '../child.ts';

interface Double {
  close(): Promise<void>;
}

const kinds: Record<string, (protocols: string[]) => Promise<Double>> = {
  reference: (protocols) => createReferenceServer(protocols.length > 0 ? { protocols } : {}),
  async aimock() {
    const mock = new A2AMock();
    await mock.start();
    return { close: () => mock.stop() };
  },
};
const begin = kinds[process.argv[2]!]!;

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
