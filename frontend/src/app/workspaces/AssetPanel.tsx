import { useCallback } from 'react';

import { AssetCard } from '../../features/assets';
import { addOutage, draftStore } from '../../features/cascade';
import { navigate } from '../../lib/location';
import { encodeMapView, sharedView } from '../../lib/mapView';
import { useStore } from '../../lib/store';
import { EmptyState } from '../../ui/StateMessage';
import { pathOf } from '../routes';
import { useStage } from '../stage/context';

/** The card of the selected asset. */
export function AssetPanel() {
  const { site, view, patchView, select, flyTo, setTraced } = useStage();
  const { outages } = useStore(draftStore);
  const fail = useCallback(
    (assetId: string, name: string) => {
      addOutage(assetId, name);
      navigate(`${pathOf('cascade')}${encodeMapView(sharedView(view))}`);
    },
    [view],
  );
  if (view.selected === null) {
    return <EmptyState title="Nothing selected" detail="Click an asset on the map, or find one by name." />;
  }
  return (
    <AssetCard
      assetId={view.selected}
      actions={{
        onClose: () => patchView({ selected: null }),
        onSelect: (assetId) => {
          select(assetId);
          flyTo(assetId, null);
        },
        onLocate: flyTo,
        onFail: fail,
        isFailing: (assetId) => outages.some((outage) => outage.assetId === assetId),
        onTraced: setTraced,
        timeZone: site.timeZone,
      }}
    />
  );
}
