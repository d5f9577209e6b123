import type { SetTimer } from './timer.ts';

/** Pauses that are counted while they last. */
export interface CountedPauses {
  pause: SetTimer;
  /** Resolves once at least `count` last. */
  lasting(count: number): Promise<void>;
}

export function countedPauses(setTimer: SetTimer): CountedPauses {
  let lasting = 0;
  let watchers: { count: number; tell: () => void }[] = [];
  return {
    pause(ms, fire) {
      if (ms <= 0) return setTimer(ms, fire);
      let isOver = false;
      const over = () => {
        if (!isOver) lasting -= 1;
        isOver = true;
      };
      const cancel = setTimer(ms, () => {
        over();
        fire();
      });
      lasting += 1;
      for (const { count, tell } of watchers) if (lasting >= count) tell();
      watchers = watchers.filter(({ count }) => lasting < count);
      return () => {
        over();
        cancel();
      };
    },
    lasting: (count) =>
      lasting >= count ? Promise.resolve() : new Promise((tell) => void watchers.push({ count, tell })),
  };
}
