import Box from '@mui/material/Box';
import { useTheme } from '@mui/material/styles';
import { useEffect, useEffectEvent, useMemo, useState } from 'react';
import type { RefObject } from 'react';
import { useQuery } from 'urql';

import { addOutage } from '../../features/cascade';
import { chosen, escaped, finished, loaded, NOTHING, pointerHandlers, redone, StatusStrip, ToolBar, toolLayers, toolOfKey, ToolPanel, undone, writePlace } from '../../features/mapTools';
import type { Drawing } from '../../features/mapTools';
import { ViewerQuery } from '../../features/session';
import { copyText } from '../../lib/download';
import { boundsOf, decodeShapes, encodeShapes } from '../../lib/geo/shapes';
import { navigate } from '../../lib/location';
import { encodeMapView, sharedView } from '../../lib/mapView';
import { useUnits } from '../../lib/preferences';
import { createStore, useStore } from '../../lib/store';
import { pathOf } from '../routes';

import { MapExport } from './MapExport';
import { useOverlay, useStage } from './context';
import type { Overlay } from './overlays';
import { useMapKeys } from './useMapKeys';

const NOTICE_MS = 2_500;
/** Below the search. */
const TOP_PX = 64;
/** Beside the layers, as far as there is room. */
const LEFT_PX = 304;

/** What one draws and measures on the map. What is drawn is in the address. */
export function MapTools({ frame }: { frame: RefObject<HTMLElement | null> }) {
  const { site, view, patchView, style, map, area, pointer, select, flyTo, frameOn } = useStage();
  const [store] = useState(() => createStore<Drawing>(loaded(NOTHING, decodeShapes(view.drawn))));
  const drawing = useStore(store);
  const units = useUnits();
  const scheme = useTheme().palette.mode;
  const [{ data }] = useQuery({ query: ViewerQuery });
  const permissions = useMemo(() => new Set(data?.viewer.permissions ?? []), [data]);
  const [notice, setNotice] = useState<string | null>(null);

  useDrawnInAddress(store, view.drawn, (drawn) => patchView({ drawn }));
  const { placement } = style;
  useOverlay(
    'tools',
    useMemo(
      (): Overlay => ({
        above: toolLayers(drawing, { scheme, units, placement }),
        pointer: pointerHandlers(store),
        ...(drawing.tool !== 'select' && { cursor: 'crosshair' }),
      }),
      [drawing, scheme, units, placement, store],
    ),
  );
  useEffect(() => {
    const timer = setTimeout(() => setNotice(null), NOTICE_MS);
    return () => clearTimeout(timer);
  }, [notice]);

  const goHome = (): void => frameOn(site.homeBounds);
  const copyPlace = (): void => {
    const at = pointer.get();
    if (at !== null) void copyText(writePlace([at.lng, at.lat])).then((isCopied) => setNotice(isCopied ? 'Copied' : 'This browser does not let it be copied'));
  };
  useMapKeys(frame, (event) => {
    if (event.ctrlKey || event.metaKey) {
      const key = event.key.toLowerCase();
      if (key !== 'z' && key !== 'y') return false;
      store.set(key === 'y' || event.shiftKey ? redone : undone);
      return true;
    }
    const tool = toolOfKey(event.key);
    if (tool !== null) store.set((now) => chosen(now, tool));
    else if (event.key === 'Escape') store.set(escaped);
    else if (event.key === 'Enter' && store.get().draft.length > 0) store.set(finished);
    else if (event.key.toLowerCase() === 'h') goHome();
    else if (event.key.toLowerCase() === 'x') copyPlace();
    else return false;
    return true;
  });

  const middle = view.viewport?.lat ?? (site.homeBounds[1] + site.homeBounds[3]) / 2;
  return (
    <>
      <Box sx={{
          position: 'absolute',
          top: TOP_PX,
          left: LEFT_PX,
          right: 12,
          bottom: 44,
          display: 'flex',
          gap: 1,
          alignItems: 'flex-start',
          justifyContent: 'flex-end',
          pointerEvents: 'none',
          zIndex: 3,
        }}>
        <ToolPanel
          drawing={drawing}
          store={store}
          permissions={permissions}
          timeZone={site.timeZone}
          onZoomTo={(shape) => map.current?.fit(boundsOf(shape))}
          onGo={(assetId, at) => {
            select(assetId);
            flyTo(assetId, at);
          }}
          onFail={(assetIds) => {
            for (const assetId of assetIds) addOutage(assetId, assetId);
            navigate(pathOf('cascade') + encodeMapView(sharedView(view)));
          }}
        />
        <ToolBar drawing={drawing} store={store} onZoom={(levels) => map.current?.zoomBy(levels)} onHome={goHome}>
          <MapExport />
        </ToolBar>
      </Box>
      {area !== null && (
        <Box sx={{ position: 'absolute', right: 12, bottom: 8, pointerEvents: 'none', zIndex: 3 }}>
          <StatusStrip zoom={area.zoom} lat={middle} pointer={pointer} notice={notice} />
        </Box>
      )}
    </>
  );
}

/** Keeps the address and the drawing the same, whichever changed last. */
function useDrawnInAddress(store: ReturnType<typeof createStore<Drawing>>, drawn: string | null, onDrawn: (drawn: string | null) => void): void {
  const write = useEffectEvent(() => {
    const { shapes, held } = store.get();
    const text = encodeShapes(shapes);
    if (held === null && text !== drawn) onDrawn(text);
  });
  useEffect(() => store.subscribe(() => write()), [store]);
  useEffect(() => {
    // Back, or a link that was followed.
    if (store.get().held === null && encodeShapes(store.get().shapes) !== drawn) store.set((now) => loaded(now, decodeShapes(drawn)));
  }, [store, drawn]);
}
