import type { Exchange } from '@agentproto/recording';

/** Whether a socket was accepted, and still stands. */
export interface SocketState {
  httpStatus: number | undefined;
  open: boolean;
  closed?: string;
}

export function socketState({ response, end }: Exchange): SocketState {
  return {
    httpStatus: response?.status,
    open: response?.status === 101 && !end,
    ...(end && { closed: `${end.kind}${end.code === undefined ? '' : ` ${end.code}`}` }),
  };
}
