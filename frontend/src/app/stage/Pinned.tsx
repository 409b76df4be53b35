import { ComparePanel } from '../../features/assets';
import { locateAsset } from '../../features/layers';
import { degreesPerPixel, mercatorY } from '../../lib/picking/mercator';

import { useStage } from './context';

/** The pinned assets over the map; nothing while there is none. */
export function Pinned({ frame }: { frame: { width: number; height: number } }) {
  const { site, view, patchView, states, area, select, flyTo } = useStage();
  if (view.pins.length === 0 || frame.width === 0) return null;
  const watched = view.selected === null ? view.pins : [view.selected, ...view.pins];
  const objects = watched.flatMap((assetId) => {
    const at = locateAsset(states, assetId);
    if (at === null || area === null) return [];
    const [west, , , north] = area.bounds;
    const perPixel = degreesPerPixel(area.zoom);
    return [{ x: (at.lon - west) / perPixel, y: (mercatorY(north) - mercatorY(at.lat)) / perPixel }];
  });
  return (
    <ComparePanel
      pins={view.pins}
      frame={frame}
      objects={objects}
      timeZone={site.timeZone}
      onUnpin={(assetId) => patchView({ pins: view.pins.filter((each) => each !== assetId) })}
      onClear={() => patchView({ pins: [] })}
      onGo={(assetId) => {
        select(assetId);
        flyTo(assetId, null);
      }}
    />
  );
}
