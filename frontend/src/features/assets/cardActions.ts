import { createContext, use } from 'react';

import type { Lines } from '../../lib/draw/lines';

/** What a card can ask of the app around it. */
export interface CardActions {
  onClose: () => void;
  /** Show another asset's card. */
  onSelect: (assetId: string) => void;
  /** Centre the map on this asset. */
  onLocate: (assetId: string, at: { lon: number; lat: number } | null) => void;
  /** Make this asset an initial outage of the next cascade run. */
  onFail: (assetId: string, name: string) => void;
  isFailing: (assetId: string) => boolean;
  /** Show the lines of a trace on the map; null: none any more. */
  onTraced: (lines: Lines | null) => void;
  timeZone: string | undefined;
  permissions: ReadonlySet<string>;
  /** Show an asset's card and go to it; without a place only if it is drawn. */
  onGo: (assetId: string, at: { lon: number; lat: number } | null) => void;
  /** Open the assistant, which sees the selected asset. */
  onAsk: () => void;
  pins: readonly string[];
  /** Pin it to be compared, or take it off again. */
  onPin: (assetId: string) => void;
}

export const CardActionsContext = createContext<CardActions | null>(null);

export function useCardActions(): CardActions {
  const actions = use(CardActionsContext);
  if (actions === null) throw new Error('An asset card needs its actions.');
  return actions;
}
