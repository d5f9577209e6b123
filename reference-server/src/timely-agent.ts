import { AgentError } from './agent.ts';
import type { Agent } from './agent.ts';
import { HttpError } from './http-error.ts';
import { LateAbort } from './late-abort.ts';
import type { ServerContext } from './server-context.ts';

/**
 * The agent, but nobody waits for longer than a turn may take, or after the server has closed, until it says what it
 * will do; then its signal aborts.
 */
export function timely(
  agent: Agent,
  { turnMs, setTimer, whenClosing }: Pick<ServerContext, 'setTimer' | 'whenClosing'> & { turnMs: number },
): Agent {
  return (request) => {
    const cut = new LateAbort();
    let signal: AbortSignal | undefined;
    const act = agent({
      ...request,
      get signal() {
        return (signal ??= AbortSignal.any([request.signal, cut.signal]));
      },
    });
    if (!(act instanceof Promise)) return act;
    return new Promise((resolve, reject) => {
      const giveUp = (error: Error) => {
        settle();
        cut.abort();
        reject(error);
      };
      const cancel = setTimer(turnMs, () => giveUp(new AgentError(`The agent took longer than ${turnMs} ms.`)));
      const forget = whenClosing(() => giveUp(new HttpError('UNAVAILABLE', 'The server closes.')));
      const settle = () => {
        cancel();
        forget();
      };
      void act.then(resolve, reject).finally(settle);
    });
  };
}
