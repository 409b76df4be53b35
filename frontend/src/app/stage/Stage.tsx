import Box from '@mui/material/Box';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';

import { kindOf } from '../../features/assets';
import { mentionedAssets } from '../../features/assistant';
import {
  describeHit,
  describeTile,
  drawLayers,
  findAsset,
  highlightLayers,
  HoverCard,
  labelRows,
  locateAsset,
  mentionLayers,
  NARROW_PX,
  pick,
  traceLayers,
  useLayerStates,
  useLive,
} from '../../features/layers';
import type { DrawStyle, HitDescription } from '../../features/layers';
import { DRAW_BEFORE, MapCanvas } from '../../features/map';
import type { LabelFeatures, MapHandle, PointerPosition } from '../../features/map';
import { SearchBox } from '../../features/search';
import type { SearchHit } from '../../features/search';
import type { Bounds } from '../../lib/boundsGrid';
import { isLayerKey } from '../../lib/columns/layers';
import type { Lines } from '../../lib/draw/lines';
import { pointFeatures } from '../../lib/geojson';
import type { Viewport } from '../../lib/mapView';
import { useUnits } from '../../lib/preferences';
import { createStore, useStore } from '../../lib/store';
import type { TileHit } from '../../lib/tiles/spec';
import { ErrorBoundary } from '../../ui/ErrorBoundary';
import { frameBounds, USUAL_SIZE } from '../frame';
import type { Size } from '../frame';
import { mapWish } from '../mapWish';
import type { Site } from '../site';
import { useElementSize } from '../useElementSize';
import { useMapView } from '../useMapView';
import { zoomToSee } from '../viewports';

import { Announcer } from './Announcer';
import { MapExtras } from './MapExtras';
import { MapTools } from './MapTools';
import { Pinned } from './Pinned';
import { StageLayers } from './StageLayers';
import { TileCard } from './TileCard';
import { StageContext } from './context';
import { combine, createOverlays } from './overlays';
import { useFirstLook } from './useFirstLook';
import { useShown } from './useShown';
import { useViewportFromHistory } from './useViewportFromHistory';

const NO_LABELS: LabelFeatures = { type: 'FeatureCollection', features: [] };

interface Hover {
  description: HitDescription;
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
  const [place, setPlace] = useState<TileHit | null>(null);
  const closePlace = useCallback(() => setPlace(null), []);
  const units = useUnits();
  const [traced, setTraced] = useState<Lines | null>(null);
  const [overlays] = useState(createOverlays);
  const [pointer] = useState(() => createStore<PointerPosition | null>(null));
  const published = useStore(overlays);
  const overlay = useMemo(() => combine(published), [published]);
  const [asked] = useState(view.viewport);
  const firstViewport = (size: Size): Viewport => asked ?? frameBounds(site.homeBounds, size);
  useFirstLook(frameRef, firstViewport, setArea);
  const layers = useLayerStates(view.layers, area);
  const { states } = layers;
  const zoom = area?.zoom ?? (asked ?? frameBounds(site.homeBounds, USUAL_SIZE)).zoom;
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
  useLive(mapRef, layers, view.colour);
  const { shown, tiles } = useShown(layers, view.display, style.legends);
  const { ownsColours } = overlay;
  const { opacity } = view.display;
  const replaced = [...overlay.replaces].join(',');
  // Not made anew while an overlay alone changes, as a shape does that is being drawn.
  const assets = useMemo(
    () => drawLayers(shown, ownsColours ? { ...style, colour: 'loading', areLinesByClass: true } : style, new Set(replaced.split(',').filter(isLayerKey)), opacity),
    [shown, style, ownsColours, replaced, opacity],
  );
  const drawn = useMemo(
    () => [
      ...highlightLayers(states, view.selected === null ? [] : [view.selected], style),
      ...mentionLayers(states, mentioned, style),
      ...traceLayers(traced, style),
      ...overlay.below,
      ...assets,
      ...overlay.above,
    ],
    [states, view.selected, mentioned, traced, style, assets, overlay],
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
  const goTo = useCallback(({ lon, lat }: { lon: number; lat: number }, toZoom: number) => {
    mapRef.current?.flyTo({ lng: lon, lat, zoom: toZoom });
  }, []);
  const frameOn = useCallback((bounds: Bounds) => {
    const element = frameRef.current;
    if (element !== null) mapRef.current?.flyTo(frameBounds(bounds, { width: element.clientWidth, height: element.clientHeight }));
  }, []);
  const lineLegend = overlay.lineLegend ?? null;
  const stage = useMemo(
    () => ({ site, view, area, patchView, states, shown, layers, lineLegend, style, map: mapRef, pointer, select, flyTo, goTo, frameOn, setTraced, overlays }),
    [site, view, area, patchView, states, shown, layers, lineLegend, style, pointer, select, flyTo, goTo, frameOn, overlays],
  );

  const onViewport = (viewport: Viewport, bounds: Bounds): void => {
    setArea({ zoom: viewport.zoom, bounds });
    patchView({ viewport });
  };
  const describeFeature = ({ key, properties }: TileHit): HitDescription | null => {
    const info = layers.sources.find((source) => source.key === key);
    return info === undefined ? null : describeTile(info, properties, { units, timeZone: site.timeZone, zoom });
  };
  const describeAt = (at: PointerPosition): HitDescription | null => {
    const hit = pick(shown, at);
    if (hit !== null) return describeHit(shown, hit);
    const feature = mapRef.current?.tileAt(at.x, at.y) ?? null;
    return (feature === null ? null : describeFeature(feature)) ?? overlay.describe(at);
  };
  const onPointerMove = (at: PointerPosition | null): void => {
    pointer.set(at);
    const isTaken = overlay.pointer.onMove(at);
    const description = at === null || isTaken ? null : describeAt(at);
    setHover(description === null || at === null ? null : { description, x: at.x, y: at.y });
  };
  const onClick = (at: PointerPosition): void => {
    if (overlay.pointer.onClick(at)) return;
    const found = pick(shown, at);
    const hit = found === null ? null : findAsset(states, found.assetId);
    if (overlay.pick(hit, at)) return;
    const feature = hit === null ? (mapRef.current?.tileAt(at.x, at.y) ?? null) : null;
    const featureId = typeof feature?.properties.id === 'string' ? feature.properties.id : null;
    setPlace(null);
    if (hit !== null) select(hit.assetId);
    else if (featureId !== null && kindOf(featureId) !== null) select(featureId);
    else if (feature !== null) setPlace(feature);
    else if (overlay.takePlace(at)) return;
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
    if (at !== null) mapRef.current.flyTo({ lng: at.lon, lat: at.lat, zoom: wish.zoom ?? zoomToSee(wish.assetId, zoom) });
    if (at !== null || (substations !== null && !layers.isLoading)) mapWish.set(null);
  }, [wish, states, layers.isLoading, substations, zoom]);
  const placeDescription = place === null ? null : describeFeature(place);

  return (
    <StageContext value={stage}>
      <Box data-print="flow" sx={{ height: '100%', display: 'flex', flexDirection: 'column' }}>
        {top}
        <Box data-print="flow" sx={{ flex: 1, minHeight: 0, display: 'flex' }}>
          <Box ref={frameRef} data-print="hide" sx={{ flex: 1, minWidth: 0, position: 'relative', overflow: 'hidden' }}>
            <ErrorBoundary name="The map">
              <MapCanvas
                ref={mapRef}
                initialViewport={firstViewport}
                styleUrl={site.mapStyleUrl}
                layers={drawn}
                labels={labels}
                tiles={tiles}
                isTilted={view.display.isTilted}
                animation={overlay.animation}
                isPending={layers.isLoading || overlay.isPending}
                cursor={overlay.cursor ?? (hover === null ? '' : 'pointer')}
                onViewport={onViewport}
                onPointerMove={onPointerMove}
                onClick={onClick}
                onDoubleClick={overlay.pointer.onDoubleClick}
                onPress={overlay.pointer.onPress}
              />
            </ErrorBoundary>
            <Box sx={{ position: 'absolute', inset: 12, bottom: 12, display: 'flex', flexDirection: 'column', gap: 1, pointerEvents: 'none', zIndex: 2 }}>
              <Box sx={{ flex: 1, minHeight: 0, display: 'flex', alignItems: 'flex-start', gap: 1, justifyContent: 'space-between' }}>
                <ErrorBoundary name="The layer panel">
                  <StageLayers
                    layers={layers}
                    shown={shown}
                    zoom={zoom}
                    lineLegend={overlay.lineLegend ?? null}
                    onRefreshTiles={(key) => mapRef.current?.refreshTiles(key)}
                    onZoomTo={(to) => mapRef.current?.zoomBy(to - zoom)}
                    isNarrow={frame.width > 0 && frame.width < NARROW_PX}
                  />
                </ErrorBoundary>
                <Box sx={{ width: 320, maxHeight: '100%', overflowY: 'auto', display: 'flex', flexDirection: 'column', gap: 1 }}>
                  <Box sx={{ pointerEvents: 'auto', bgcolor: 'background.paper', borderRadius: 1 }}>
                    <SearchBox label="Find a substation, line, circuit…" onPick={onFound} />
                  </Box>
                  {place !== null && placeDescription !== null && (
                    <TileCard
                      description={placeDescription}
                      at={place}
                      onCenter={() => goTo(place, zoom)}
                      onZoom={() => goTo(place, Math.max(zoom + 1, 15))}
                      onClose={closePlace}
                    />
                  )}
                  {overlay.cards}
                </Box>
              </Box>
              {overlay.bars.map((bar, index) => (
                // Above the scale.
                <Box key={index} sx={{ display: 'flex', justifyContent: 'center', mb: 4 }}>
                  {bar}
                </Box>
              ))}
            </Box>
            <ErrorBoundary name="The tools of the map">
              <MapTools frame={frameRef} />
              <Pinned frame={frame} />
              <Announcer />
            </ErrorBoundary>
            {hover !== null && (
              <HoverCard description={hover.description} x={hover.x} y={hover.y} width={frame.width} height={frame.height} />
            )}
          </Box>
          {children}
        </Box>
      </Box>
      <MapExtras />
    </StageContext>
  );
}
