import type { PartSpec, Script, Step } from './script.ts';

/** The wait that a2a-tck 1.0-dev calls its streaming timeout (TCK_STREAMING_TIMEOUT, 2 s unless told otherwise). */
const STREAMING_TIMEOUT_MS = 2_000;

const FILE = { mediaType: 'text/plain', filename: 'output.txt' };
const artifact = (part: PartSpec): Step => ({ artifact: { parts: [part] } });
const working: Step = { status: 'Working' };

/**
 * What a2a-tck (branch 1.0-dev, scenarios/*.feature and its generated agents) wants of an agent by the prefix of the
 * message's id. The task that `tck-input-required` leaves is completed by any follow-up.
 */
export const TCK_SCRIPTS: { readonly [prefix: string]: Script } = {
  'tck-complete-task': { steps: [{ end: 'completed', text: 'Hello from TCK' }] },
  'tck-delayed-complete': {
    steps: [working, { sleep: STREAMING_TIMEOUT_MS }, { end: 'completed', text: 'Done after delay' }],
  },
  'tck-artifact-text': { steps: [artifact({ text: 'Generated text content' })] },
  'tck-artifact-file': { steps: [artifact({ raw: 'dGNr', ...FILE })] },
  'tck-artifact-file-url': { steps: [artifact({ url: 'https://example.com/output.txt', ...FILE })] },
  'tck-artifact-data': { steps: [artifact({ data: { key: 'value', count: 42 } })] },
  'tck-message-response': { steps: [{ reply: [{ text: 'Direct message response' }] }] },
  'tck-input-required': { steps: [{ end: 'input-required' }] },
  'tck-auth-required': { steps: [{ end: 'auth-required', text: 'Please sign in' }] },
  'tck-reject-task': { steps: [{ end: 'rejected', text: 'rejected' }] },
  'tck-stream-001': { steps: [working, artifact({ text: 'Stream hello from TCK' })] },
  'tck-stream-002': { steps: [{ end: 'completed' }] },
  'tck-stream-003': { steps: [working, artifact({ text: 'Stream task lifecycle' })] },
  'tck-stream-ordering-001': { steps: [working, artifact({ text: 'Ordered output' })] },
  'tck-stream-artifact-text': { steps: [working, artifact({ text: 'Streamed text content' })] },
  'tck-stream-artifact-file': { steps: [working, artifact({ raw: 'dGNr', ...FILE })] },
  'tck-stream-artifact-chunked': {
    steps: [working, artifact({ text: 'chunk-1 ' }), { artifact: { append: true, parts: [{ text: 'chunk-2' }] } }],
  },
  'test-resubscribe-message-id': { steps: [working, { sleep: 2 * STREAMING_TIMEOUT_MS }] },
};

/** Longest first, for `tck-artifact-file` is the beginning of `tck-artifact-file-url`. */
const PREFIXES = Object.keys(TCK_SCRIPTS).toSorted((a, b) => b.length - a.length);

/** The script that a message's id asks for in a2a-tck's way. */
export function tckScript(messageId: string): Script | undefined {
  const prefix = PREFIXES.find((candidate) => messageId.startsWith(candidate));
  return prefix === undefined ? undefined : TCK_SCRIPTS[prefix];
}
