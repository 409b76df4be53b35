import Box from '@mui/material/Box';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';

import { kindOf } from '../../features/assets';
import { mentionedAssets } from '../../features/assistant';
import {
  describeHit,
  drawLayers,
  findAsset,
  highlightLayers,
  HoverCard,
  labelRows,
  LayerPanel,
  locateAsset,
  mentionLayers,
  pick,
  traceLayers,
  useLayerStates,
} from '../../features/layers';
import type { DrawStyle, Hit } from '../../features/layers';
import { DRAW_BEFORE, MapCanvas } from '../../features/map';
import type { LabelFeatures, MapHandle, PointerPosition } from '../../features/map';
import { SearchBox } from '../../features/search';
import type { SearchHit } from '../../features/search';
import type { Bounds } from '../../lib/boundsGrid';
import type { Lines } from '../../lib/draw/lines';
import { pointFeatures } from '../../lib/geojson';
import type { Viewport } from '../../lib/mapView';
import { useStore } from '../../lib/store';
import { ErrorBoundary } from '../../ui/ErrorBoundary';
import { mapWish } from '../mapWish';
import type { Site } from '../site';
import { useElementSize } from '../useElementSize';
import { useMapView } from '../useMapView';
import { homeViewport, zoomToSee } from '../viewports';

import { StageContext } from './context';
import { combine, createOverlays } from './overlays';

const NO_LABELS: LabelFeatures = { type: 'FeatureCollection', features: [] };

interface Hover {
  hit: Hit;
  x: number;
  y: number;
}

interface Props {
  site: Site;
  /** Above the map, over its whole width. */
  top: ReactNode;
  /** The column beside the map. */
  children: ReactNode;
  /** An asset was selected on the map or by a search. Give a stable function. */
  onSelected: () => void;
}

/** The map with its layers, search and cards. It stays while workspaces beside it change, and draws what they publish. */
export function Stage({ site, top, children, onSelected }: Props) {
  const [view, patchView] = useMapView();
  const mapRef = useRef<MapHandle>(null);
  const frameRef = useRef<HTMLDivElement>(null);
  const frame = useElementSize(frameRef);
  const [area, setArea] = useState<{ zoom: number; bounds: Bounds } | null>(null);
  const [hover, setHover] = useState<Hover | null>(null);
  const [traced, setTraced] = useState<Lines | null>(null);
  const [overlays] = useState(createOverlays);
  const published = useStore(overlays);
  const overlay = useMemo(() => combine(published), [published]);
  const [initialViewport] = useState(() => view.viewport ?? homeViewport(site.territoryBounds));
  const layers = useLayerStates(view.layers, area);
  const { states } = layers;
  const zoom = area?.zoom ?? initialViewport.zoom;
  const mentioned = useStore(mentionedAssets);

  const style: DrawStyle = useMemo(
    () => ({
      colour: view.colour,
      zoom,
      placement: { beforeId: DRAW_BEFORE },
      legends: Object.fromEntries(layers.sources.map((source) => [source.key, source.legend])),
    }),
    [view.colour, zoom, layers.sources],
  );
  const drawn = useMemo(
    () => [
      ...highlightLayers(states, view.selected === null ? [] : [view.selected], style),
      ...mentionLayers(states, mentioned, style),
      ...traceLayers(traced, style),
      ...overlay.below,
      ...drawLayers(states, overlay.ownsColours ? { ...style, colour: 'loading' } : style, overlay.replaces),
      ...overlay.above,
    ],
    [states, view.selected, mentioned, traced, style, overlay],
  );
  const substations = states.substations?.columns ?? null;
  const labels = useMemo(
    () => (substations === null ? NO_LABELS : pointFeatures(labelRows({ substations: { phase: 'ready', columns: substations, error: null } }))),
    [substations],
  );

  const select = useCallback(
    (assetId: string) => {
      patchView({ selected: assetId });
      onSelected();
    },
    [patchView, onSelected],
  );
  const flyTo = useCallback(
    (assetId: string, at: { lon: number; lat: number } | null) => {
      const target = at ?? (findAsset(states, assetId) === null ? null : locateAsset(states, assetId));
      if (target !== null) mapRef.current?.flyTo({ lng: target.lon, lat: target.lat, zoom: zoomToSee(assetId, zoom) });
    },
    [states, zoom],
  );
  const stage = useMemo(
    () => ({ site, view, patchView, states, style, select, flyTo, setTraced, overlays }),
    [site, view, patchView, states, style, select, flyTo, overlays],
  );

  const onViewport = (viewport: Viewport, bounds: Bounds): void => {
    setArea({ zoom: viewport.zoom, bounds });
    patchView({ viewport });
  };
  const onPointerMove = (at: PointerPosition | null): void => {
    const hit = at === null ? null : pick(states, at);
    setHover(hit === null || at === null ? null : { hit, x: at.x, y: at.y });
  };
  const onClick = (at: PointerPosition): void => {
    const hit = pick(states, at);
    if (overlay.pick(hit)) return;
    if (hit !== null) select(hit.assetId);
    else if (view.selected !== null) patchView({ selected: null });
  };
  const onFound = (hit: SearchHit): void => {
    // Water has a name and a place, but no card.
    if (kindOf(hit.assetId) !== null) select(hit.assetId);
    flyTo(hit.assetId, hit.lon == null || hit.lat == null ? null : { lon: hit.lon, lat: hit.lat });
  };

  useViewportFromHistory(mapRef);
  useEffect(() =>
    mapWish.subscribe(() => {
      const asked = mapWish.get();
      if (asked !== null && kindOf(asked.assetId) !== null) select(asked.assetId);
    }),
  );
  const wish = useStore(mapWish);
  useEffect(() => {
    if (wish === null || mapRef.current === null) return;
    const at = wish.lon === null || wish.lat === null ? locateAsset(states, wish.assetId) : { lon: wish.lon, lat: wish.lat };
    // The place may come with a layer that is still loading.
    if (at !== null) mapRef.current.flyTo({ lng: at.lon, lat: at.lat, zoom: zoomToSee(wish.assetId, zoom) });
    if (at !== null || (substations !== null && !layers.isLoading)) mapWish.set(null);
  }, [wish, states, layers.isLoading, substations, zoom]);
  const description = hover === null ? null : describeHit(states, hover.hit);

  return (
    <StageContext value={stage}>
      <Box sx={{ height: '100%', display: 'flex', flexDirection: 'column' }}>
        {top}
        <Box sx={{ flex: 1, minHeight: 0, display: 'flex' }}>
          <Box ref={frameRef} sx={{ flex: 1, minWidth: 0, position: 'relative', overflow: 'hidden' }}>
            <ErrorBoundary name="The map">
              <MapCanvas
                ref={mapRef}
                initialViewport={initialViewport}
                styleUrl={site.mapStyleUrl}
                layers={drawn}
                labels={labels}
                isPending={layers.isLoading || overlay.isPending}
                cursor={overlay.cursor ?? (hover === null ? '' : 'pointer')}
                onViewport={onViewport}
                onPointerMove={onPointerMove}
                onClick={onClick}
              />
            </ErrorBoundary>
            <Box sx={{ position: 'absolute', inset: 12, bottom: 12, display: 'flex', flexDirection: 'column', gap: 1, pointerEvents: 'none', zIndex: 2 }}>
              <Box sx={{ flex: 1, minHeight: 0, display: 'flex', alignItems: 'flex-start', gap: 1, justifyContent: 'space-between' }}>
                <ErrorBoundary name="The layer panel">
                  <LayerPanel
                    layers={layers}
                    zoom={zoom}
                    colour={view.colour}
                    onColour={(colour) => patchView({ colour })}
                    onVisible={(keys) => patchView({ layers: keys })}
                    lineLegend={overlay.lineLegend ?? null}
                    timeZone={site.timeZone}
                  />
                </ErrorBoundary>
                <Box sx={{ width: 320, pointerEvents: 'auto', bgcolor: 'background.paper', borderRadius: 1 }}>
                  <SearchBox label="Find a substation, line, circuit…" onPick={onFound} />
                </Box>
              </Box>
              {overlay.bars.map((bar, index) => (
                <Box key={index} sx={{ display: 'flex', justifyContent: 'center', pr: 6 }}>
                  {bar}
                </Box>
              ))}
            </Box>
            {hover !== null && description !== null && (
              <HoverCard description={description} x={hover.x} y={hover.y} width={frame.width} height={frame.height} />
            )}
          </Box>
          {children}
        </Box>
      </Box>
    </StageContext>
  );
}

/** Back and Forward move the map to the viewport of that history entry. */
function useViewportFromHistory(mapRef: React.RefObject<MapHandle | null>): void {
  const [view] = useMapView();
  const { viewport } = view;
  useEffect(() => {
    const jump = (): void => {
      if (viewport !== null) mapRef.current?.jumpTo(viewport);
    };
    window.addEventListener('popstate', jump);
    return () => window.removeEventListener('popstate', jump);
  }, [mapRef, viewport]);
}
