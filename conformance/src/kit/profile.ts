import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { STIMULUS_WORDS, type Profile, type StimulusWord } from './stimulus.ts';
import { UsageError } from './usage-error.ts';

const TEXT = 'Hello from agentproto-conformance';

/** The agent runs scripts (declared at `/.well-known/agentproto.json`, or forced). */
export const scriptProfile: Profile = {
  name: 'script',
  offers: new Set(STIMULUS_WORDS),
  prompt: ({ script }) => ({ carrier: 'script', script, text: TEXT }),
};

/** The messageId prefixes that a2a-tck's systems under test follow. */
const TCK_PREFIXES: Partial<Record<StimulusWord, string>> = {
  done: 'tck-complete-task',
  slow: 'test-resubscribe-message-id',
  input: 'tck-input-required',
  auth: 'tck-auth-required',
  rej: 'tck-reject-task',
  msg: 'tck-message-response',
  art: 'tck-artifact-text',
  multi: 'tck-stream-001',
  chunk: 'tck-stream-artifact-chunked',
};

const tckProfile: Profile = {
  name: 'tck',
  offers: new Set(Object.keys(TCK_PREFIXES) as StimulusWord[]),
  prompt: ({ word }) => ({ carrier: 'prefix', prefix: TCK_PREFIXES[word]!, text: TEXT }),
};

/** Any agent that completes what it is sent. */
export const echoProfile: Profile = {
  name: 'echo',
  offers: new Set<StimulusWord>(['done']),
  prompt: () => ({ carrier: 'text', text: TEXT }),
};

/** Nothing is assumed: only what needs no agent is played. */
const probeProfile: Profile = {
  name: 'probe',
  offers: new Set(),
  prompt: () => ({ carrier: 'text', text: TEXT }),
};

const builtIn: Record<string, Profile> = {
  script: scriptProfile,
  tck: tckProfile,
  echo: echoProfile,
  probe: probeProfile,
};

/**
 * A profile by name, or from a YAML or JSON file that maps stimulus words to what the agent needs to be
 * sent: a text, or `{ text }`, or `{ prefix }` (of the messageId).
 * @throws UsageError when the file cannot be read or says something unknown.
 */
export async function loadProfile(nameOrFile: string): Promise<Profile> {
  const known = builtIn[nameOrFile];
  if (known) return known;
  let source: string;
  try {
    source = await readFile(nameOrFile, 'utf8');
  } catch (error) {
    throw new UsageError(
      `--profile ${nameOrFile}: expected ${Object.keys(builtIn).join(', ')} or a file, and reading it as a file failed: ${(error as Error).message}`,
    );
  }
  let content: unknown;
  try {
    content = parse(source);
  } catch (error) {
    throw new UsageError(`${nameOrFile}: expected YAML: ${(error as Error).message.split('\n')[0]}`);
  }
  return profileOf(nameOrFile, content);
}

export function profileOf(file: string, content: unknown): Profile {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new UsageError(
      `${file}: expected an object from stimulus words to prompts, got ${content === null ? 'null' : Array.isArray(content) ? 'an array' : typeof content}`,
    );
  }
  const prompts = new Map<StimulusWord, { text: string; prefix?: string }>();
  for (const [word, value] of Object.entries(content)) {
    if (!(STIMULUS_WORDS as readonly string[]).includes(word)) {
      throw new UsageError(`${file}: \`${word}\` is no stimulus word; expected ${STIMULUS_WORDS.join(', ')}`);
    }
    prompts.set(word as StimulusWord, promptOf(`${file}: ${word}`, value));
  }
  return {
    name: file,
    offers: new Set(prompts.keys()),
    prompt({ word }) {
      const { text, prefix } = prompts.get(word)!;
      return prefix === undefined ? { carrier: 'text', text } : { carrier: 'prefix', prefix, text };
    },
  };
}

function promptOf(where: string, value: unknown): { text: string; prefix?: string } {
  if (typeof value === 'string') return { text: value };
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const unknown = Object.keys(value).find((key) => key !== 'text' && key !== 'prefix');
    if (unknown) throw new UsageError(`${where}.${unknown}: expected \`text\` or \`prefix\``);
    const { text, prefix } = value as { text?: unknown; prefix?: unknown };
    if (typeof prefix === 'string' && (text === undefined || typeof text === 'string'))
      return { text: text ?? TEXT, prefix };
    if (typeof text === 'string' && prefix === undefined) return { text };
  }
  throw new UsageError(`${where}: expected a text, { text: … } or { prefix: … }`);
}
