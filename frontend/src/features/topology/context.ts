import type { Ask, TopologyView } from './address';

/** What every part of the workspace is given. */
export interface Shared {
  view: TopologyView;
  change: (part: Partial<TopologyView>, how?: { isNewPage?: boolean }) => void;
  timeZone: string | undefined;
  /** Address of an asset on the map. */
  mapHref: (assetId: string) => string;
  showOnMap: (assetId: string) => void;
}

export const ASK_WORDS: Readonly<Record<Ask, string>> = {
  UPSTREAM: 'Upstream',
  TO_SOURCE: 'Way to the source',
  DOWNSTREAM: 'Downstream',
  LOST_IF_OPENED: 'Lost if opened',
  ISOLATION: 'Isolate',
};
