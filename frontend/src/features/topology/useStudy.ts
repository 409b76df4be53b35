import { useEffect, useState } from 'react';

import type { OpenSwitches } from './model/supply';
import { cleanSteps, MOST_STEPS, netChange } from './steps';
import type { Step } from './steps';

export interface Study {
  steps: readonly Step[];
  /** What the steps come to. */
  change: { opened: string[]; closed: string[] };
  canRedo: boolean;
  add: (more: readonly Step[]) => void;
  remove: (at: number) => void;
  undo: () => void;
  redo: () => void;
  clear: () => void;
}

/** The steps are in the address; what was undone is kept until another step is made. */
export function useStudy(steps: readonly Step[], base: OpenSwitches, known: ReadonlySet<string>, onSteps: (steps: readonly Step[]) => void): Study {
  const [undone, setUndone] = useState<readonly Step[]>([]);
  const set = (next: readonly Step[], left: readonly Step[]): void => {
    setUndone(left);
    onSteps(cleanSteps(next).slice(0, MOST_STEPS));
  };
  const last = steps.at(-1);
  const next = undone.at(-1);
  const undo = (): void => {
    if (last !== undefined) set(steps.slice(0, -1), [...undone, last]);
  };
  const redo = (): void => {
    if (next !== undefined) set([...steps, next], undone.slice(0, -1));
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const isTyping = event.target instanceof HTMLElement && (event.target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName));
      if (isTyping || !(event.ctrlKey || event.metaKey) || event.altKey) return;
      const key = event.key.toLowerCase();
      const isRedo = key === 'y' || (key === 'z' && event.shiftKey);
      if (key !== 'z' && !isRedo) return;
      event.preventDefault();
      if (isRedo) redo();
      else undo();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  });
  return {
    steps,
    change: netChange(base, known, steps),
    canRedo: next !== undefined,
    add: (more) => set([...steps, ...more], []),
    remove: (at) => set(steps.filter((_step, i) => i !== at), []),
    undo,
    redo,
    clear: () => set([], []),
  };
}
