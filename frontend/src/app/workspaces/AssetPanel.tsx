import Button from '@mui/material/Button';
import { useCallback, useMemo } from 'react';
import { useQuery } from 'urql';

import { AssetCard } from '../../features/assets';
import { openPanel } from '../../features/assistant';
import { addOutage, draftStore } from '../../features/cascade';
import { ViewerQuery } from '../../features/session';
import { followLink } from '../../lib/followLink';
import { navigate } from '../../lib/location';
import { encodeMapView, MOST_PINS, sharedView } from '../../lib/mapView';
import { useStore } from '../../lib/store';
import { EmptyState } from '../../ui/StateMessage';
import { diagramPath, pathOf } from '../routes';
import { useStage } from '../stage/context';

/** The card of the selected asset. */
export function AssetPanel() {
  const { site, view, patchView, select, flyTo, setTraced } = useStage();
  const { outages } = useStore(draftStore);
  const [{ data }] = useQuery({ query: ViewerQuery });
  const permissions = useMemo(() => new Set(data?.viewer.permissions ?? []), [data]);
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
  const diagram = diagramPath(view.selected);
  return (
    <>
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
          permissions,
          onGo: (assetId, at) => {
            select(assetId);
            flyTo(assetId, at);
          },
          onAsk: openPanel,
          pins: view.pins,
          onPin: (assetId) => {
            const others = view.pins.filter((each) => each !== assetId);
            patchView({ pins: view.pins.includes(assetId) ? others : [...others, assetId].slice(-MOST_PINS) });
          },
        }}
      />
      {diagram !== null && (
        <Button component="a" href={diagram} onClick={followLink} variant="outlined" sx={{ mt: 1.5 }} data-testid="show-diagram">
          Show in the one-line diagram
        </Button>
      )}
    </>
  );
}
