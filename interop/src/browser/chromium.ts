import { access, constants } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { Skip } from '../skip.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The machine's Chromium: the one that `CHROMIUM` names, else the first on the path. @throws Skip where there is none. */
export async function findChromium({ CHROMIUM: named, PATH = '' }: NodeJS.ProcessEnv): Promise<string> {
  const folders = PATH.split(delimiter).filter(Boolean);
  const candidates = named ? [resolve(named)] : NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  for (const candidate of candidates) if (await isExecutable(candidate)) return candidate;
  throw new Skip(
    named
      ? `CHROMIUM=${named} cannot be run`
      : `there is no Chromium on the path (${NAMES.join(', ')}); install one, or name it with CHROMIUM=FILE`,
  );
}

function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
