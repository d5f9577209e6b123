/** All that knows of revisions before 1.0: loaded with the first card of one. */
import * as v01 from './0.1.ts';
import * as v02 from './0.2.ts';
import * as v03 from './0.3.ts';

export { upCard } from './card.ts';

export const EARLIER = { '0.3': v03.dialect, '0.2': v02.dialect, '0.1': v01.dialect };
