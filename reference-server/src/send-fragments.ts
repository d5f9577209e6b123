import type { WebSocket } from 'ws';
import type { SetTimer } from './timer.ts';

/** How long a client may refuse to read. */
const STALL_MS = 60_000;

/**
 * Sends one message in fragments (RFC 6455, 5.4), and waits until the client has room for the next. Whether it is still
 * there does not matter.
 */
export async function sendFragments(
  { setTimer }: { setTimer: SetTimer },
  socket: WebSocket,
  chunks: Iterable<string | Uint8Array>,
): Promise<void> {
  const fragments = [...chunks];
  const last = fragments.pop() ?? '';
  for (const fragment of fragments) socket.send(fragment, { fin: false, binary: false }, () => {});
  await new Promise<void>((resolve) => {
    let cancel = () => {};
    socket.send(last, { binary: false }, () => {
      cancel();
      resolve();
    });
    if (socket.bufferedAmount > 0) cancel = setTimer(STALL_MS, () => socket.terminate());
  });
}
