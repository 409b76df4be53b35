import { actionWords } from '../words';

import type { Action, Mitigation } from './queries';

export type Priority = 1 | 2 | 3;

type Effect = Pick<Action, 'isContained' | 'shedMw'>;

/** 1: nothing trips after it, and it sheds nothing itself. 2: nothing trips after it, at the price of shedding. 3: it saves load, but branches still trip. */
export function priorityOf({ isContained, shedMw }: Effect): Priority {
  if (!isContained) return 3;
  return shedMw > 0.05 ? 2 : 1;
}

export const PRIORITY_WORDS: Readonly<Record<Priority, string>> = {
  1: 'Stops the cascade without shedding',
  2: 'Stops the cascade by shedding',
  3: 'Saves load; branches still trip',
};

/** An action by what it is done to; redispatch and shedding name no target. */
export function actionName({ kind, targets, names }: Pick<Action, 'kind' | 'targets' | 'names'>): string {
  if (targets.length === 0) return actionWords(kind);
  return `${actionWords(kind)}: ${targets.map((target, index) => names[index] ?? target).join(', ')}`;
}

const MOST_NAMED = 3;

/** The same, with the first targets only where there are many. */
export function shortName(action: Pick<Action, 'kind' | 'targets' | 'names'>): string {
  const { targets, names } = action;
  if (targets.length <= MOST_NAMED) return actionName(action);
  const few = actionName({ ...action, targets: targets.slice(0, MOST_NAMED), names: names.slice(0, MOST_NAMED) });
  return `${few} and ${targets.length - MOST_NAMED} more`;
}

/** What an action does beside saving load; all of it from its simulation, but for what a kind always does. */
export function sideEffects(action: Pick<Action, 'kind' | 'shedMw' | 'movedMw' | 'trippedCount'>, mw: (value: number) => string): readonly string[] {
  const effects: string[] = [];
  if (action.shedMw > 0.05) effects.push(`sheds ${mw(action.shedMw)} itself`);
  if (action.movedMw > 0.05) effects.push(`moves ${mw(action.movedMw)} of output`);
  if (action.trippedCount > 0) effects.push(`${action.trippedCount} ${action.trippedCount === 1 ? 'branch still trips' : 'branches still trip'}`);
  if (action.kind === 'EMERGENCY_RATING') effects.push('holds for minutes only: it buys time');
  if (action.kind === 'TRANSFER_LOAD') effects.push('voltage is not checked');
  if (action.kind === 'SWITCH_LINE') effects.push('a branch is out of service');
  return effects;
}

/** Actions by a key of their own: the list has no ids. */
export function keyed(found: Mitigation): readonly (Action & { key: string; rank: number })[] {
  return found.actions.map((action, index) => ({ ...action, key: String(index + 1), rank: index + 1 }));
}

export type RankedAction = ReturnType<typeof keyed>[number];
