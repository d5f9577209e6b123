import { invariant } from '../../kit/invariant.ts';
import { seen } from '../../kit/subject.ts';
import { olderIn } from '../older-shape.ts';

export const versionInvariants = [
  invariant('a2a/version/shapes', {
    title: 'What is asked for as 1.0 is answered in the shapes of 1.0',
    proves: ['A2A10-VER-005'],
    bindings: ['JSONRPC', 'HTTP+JSON'],
    ofHostile: true,
    examine(exchange, check) {
      if (!exchange.response || exchange.response.status >= 300) return;
      const older = olderIn(exchange);
      check('A2A10-VER-005', seen(older, { exchange: exchange.id })).holds(
        older === undefined,
        'no object of 0.3, with `kind` and with states and roles in small letters',
      );
    },
  }),
];
