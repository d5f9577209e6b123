/** All that knows of revisions before 1.0: loaded with the first card of one. */
import type { Place } from '../../json.ts';
import * as v01 from './0.1.ts';
import * as v02 from './0.2.ts';
import * as v03 from './0.3.ts';
import { upEvent } from './up.ts';

export { upCard } from './card.ts';

/** What an agent of an earlier revision calls a webhook with: the task, as a rule. No revision says it but by examples. */
export function upDelivery(version: keyof typeof EARLIER, given: unknown, where: Place): unknown {
  const report = () => {};
  return version === '0.1'
    ? v01.upEvent(given, { form: 'type', where, report })
    : upEvent(given, { form: 'kind', where, report });
}

export const EARLIER = { '0.3': v03.dialect, '0.2': v02.dialect, '0.1': v01.dialect };
