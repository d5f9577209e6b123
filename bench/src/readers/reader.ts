/** What reads a long stream, or sends many messages, each in a process of its own: `reader.js KIND URL`. */
import { serve } from '../child.ts';
import { bareChat, bareResponses, bareSse, bareUnary, undiciUnary } from './bare.ts';
import { chatStream, ourStream, ourUnary, responsesStream } from './agentproto.ts';
import { aiStream } from './ai.ts';
import { jsUnary, parserSse, theirStream } from './peers.ts';
import { openaiStream, openaiUnary } from './openai.ts';
import type { Work } from './work.ts';

/** Prepared once for a server; what it returns is measured. */
const READERS = {
  bareSse,
  bareChat,
  bareResponses,
  bareUnary,
  undiciUnary,
  ourStream,
  chatStream,
  ourUnary,
  responsesStream,
  theirStream,
  jsUnary,
  parserSse,
  openaiStream,
  openaiUnary,
  aiStream,
} satisfies Record<string, (url: string) => Work | Promise<Work>>;

export type ReaderKind = keyof typeof READERS;

const work = await READERS[process.argv[2] as ReaderKind](process.argv[3]!);

/** µs of this process for each unit of work. */
async function cost(units: number, run: () => Promise<void>): Promise<{ cpu: number; wall: number }> {
  const before = process.cpuUsage();
  const started = performance.now();
  await run();
  const wall = performance.now() - started;
  const { user, system } = process.cpuUsage(before);
  return { cpu: (user + system) / units, wall: (wall * 1_000) / units };
}

serve({
  /** Reads one stream. */
  read(events: number) {
    return cost(events, async () => {
      const seen = await work();
      if (seen !== events) throw new Error(`saw ${seen} of ${events} events`);
    });
  },
  /** Sends `calls` messages, `parallel` at once. */
  send(calls: number, parallel: number) {
    return cost(calls, async () => {
      let left = calls;
      const line = async () => {
        while (left-- > 0) await work();
      };
      await Promise.all(Array.from({ length: parallel }, line));
    });
  },
});
