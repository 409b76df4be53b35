import { createContext, useContext } from 'react';

import type { AssetRef } from './events';

/** What the parts of an answer need of what surrounds them. */
export interface AnswerActions {
  timeZone: string | undefined;
  /** Whether an asset has a card. */
  canOpen: (assetId: string) => boolean;
  /** Show an asset on the map, with its card. */
  onSelect: (asset: AssetRef) => void;
  /** Ask a question that follows this answer. */
  onAsk: (question: string, answerId: string) => void;
}

const NOTHING: AnswerActions = {
  timeZone: undefined,
  canOpen: () => false,
  onSelect: () => undefined,
  onAsk: () => undefined,
};

export const AnswerActionsContext = createContext<AnswerActions>(NOTHING);

export function useAnswerActions(): AnswerActions {
  return useContext(AnswerActionsContext);
}
