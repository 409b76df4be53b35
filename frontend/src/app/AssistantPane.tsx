import { kindOf } from '../features/assets/kinds';
import { AssistantPanel } from '../features/assistant/panel';
import type { AssetRef } from '../features/assistant/panel';
import { navigate, useSearchString } from '../lib/location';

import { assetAddress } from './assetAddress';
import { contextOf } from './assistantContext';
import { mapWish } from './mapWish';
import type { Route } from './routes';

/** What the map with its column needs beside the panel, and what any other page does. */
const MAP_NEEDS_PX = 784;
const PAGE_NEEDS_PX = 520;

interface Props {
  workspace: Route['workspace'];
  isOnMap: boolean;
  /** Of the map as it was seen last: path and query. */
  mapAddress: string;
  timeZone: string | undefined;
}

/** The assistant beside the page: knows what the page shows, and shows on the map what an answer names. */
export function AssistantPane({ workspace, isOnMap, mapAddress, timeZone }: Props) {
  const search = useSearchString();
  const show = (asset: AssetRef): void => {
    if (!isOnMap) navigate(assetAddress(asset, mapAddress));
    mapWish.set(asset);
  };
  return (
    <AssistantPanel
      context={contextOf(workspace, isOnMap, search)}
      pageNeedsPx={isOnMap ? MAP_NEEDS_PX : PAGE_NEEDS_PX}
      timeZone={timeZone}
      canOpen={(assetId) => kindOf(assetId) !== null}
      onSelect={show}
    />
  );
}
