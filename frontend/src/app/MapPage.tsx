import Box from '@mui/material/Box';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useQuery } from 'urql';

import { kindOf } from '../features/assets';
import { addOutage, cascadeLayers, cascadeLegend, useCascadeRun, WaveBar } from '../features/cascade';
import type { RunColour } from '../features/cascade';
import { KpiBar } from '../features/kpis';
import {
  describeHit,
  drawLayers,
  findAsset,
  highlightLayers,
  HoverCard,
  labelRows,
  LayerPanel,
  locateAsset,
  pick,
  traceLayers,
  useLayerStates,
} from '../features/layers';
import type { DrawStyle, Hit } from '../features/layers';
import { DRAW_BEFORE, MapCanvas } from '../features/map';
import type { LabelFeatures, MapHandle, PointerPosition } from '../features/map';
import { SearchBox } from '../features/search';
import type { SearchHit } from '../features/search';
import { ViewerQuery } from '../features/session';
import { PRESENT, useVulnerabilityMap, vulnerabilityLegend, vulnerabilityLines, vulnerabilityMarks } from '../features/vulnerability';
import type { Bounds } from '../lib/boundsGrid';
import type { LayerKey } from '../lib/columns/layers';
import type { Lines } from '../lib/draw/lines';
import { pointFeatures } from '../lib/geojson';
import type { MapView, Viewport } from '../lib/mapView';
import { ErrorBoundary } from '../ui/ErrorBoundary';

import { Dock } from './Dock';
import type { DockTab } from './Dock';
import type { Site } from './site';
import { useElementSize } from './useElementSize';
import { useMapView } from './useMapView';
import { canBeFailed, homeViewport, zoomToSee } from './viewports';

const RUN_REPLACES: ReadonlySet<LayerKey> = new Set(['branches']);
const RUN_PERMISSION = 'cascade.add_cascaderun';
const MAP_PERMISSION = 'cascade.add_vulnerabilitymap';
const NO_LABELS: LabelFeatures = { type: 'FeatureCollection', features: [] };

interface Hover {
  hit: Hit;
  x: number;
  y: number;
}

/** The map with everything over and beside it; composes the features and holds no data of its own. */
export function MapPage({ site }: { site: Site }) {
  const [view, patchView] = useMapView();
  const mapRef = useRef<MapHandle>(null);
  const frameRef = useRef<HTMLDivElement>(null);
  const frame = useElementSize(frameRef);
  const [area, setArea] = useState<{ zoom: number; bounds: Bounds } | null>(null);
  const [hover, setHover] = useState<Hover | null>(null);
  const [traced, setTraced] = useState<Lines | null>(null);
  const [isPicking, setPicking] = useState(false);
  const [runColour, setRunColour] = useState<RunColour>('waves');
  const [tab, setTab] = useState<DockTab>(firstTab(view));
  const [initialViewport] = useState(() => view.viewport ?? homeViewport(site.territoryBounds));

  const [{ data: viewerData }] = useQuery({ query: ViewerQuery });
  const canRun = viewerData?.viewer.permissions.includes(RUN_PERMISSION) ?? false;
  const canMap = viewerData?.viewer.permissions.includes(MAP_PERMISSION) ?? false;
  const layers = useLayerStates(view.layers, area);
  const cascade = useCascadeRun(view.run);
  const { result } = cascade;
  const vulnerability = useVulnerabilityMap(view.vulnerability);
  const mapped = result === null && vulnerability.map?.computedAt != null ? vulnerability.map : null;
  const lastWave = cascade.run?.waves.at(-1)?.number ?? 0;
  const wave = Math.min(view.wave ?? lastWave, lastWave);
  const zoom = area?.zoom ?? initialViewport.zoom;

  const style: DrawStyle = useMemo(
    () => ({
      colour: view.colour,
      zoom,
      placement: { beforeId: DRAW_BEFORE },
      legends: Object.fromEntries(layers.sources.map((source) => [source.key, source.legend])),
    }),
    [view.colour, zoom, layers.sources],
  );
  const branches = layers.states.branches?.columns ?? null;
  const substations = layers.states.substations?.columns ?? null;
  const drawn = useMemo(() => {
    const runLayers =
      result === null
        ? []
        : cascadeLayers({ branches, substations }, result, { ...style, colour: runColour, wave, lastWave });
    const found = mapped?.vulnerabilityColumns ?? null;
    const selected = view.selected === null ? [] : [view.selected];
    return [
      ...highlightLayers(layers.states, selected, style),
      ...traceLayers(traced, style),
      ...runLayers,
      ...(found === null ? [] : vulnerabilityLines(branches, found, style)),
      // In a run the colours belong to it: substations step back as they do for loading.
      ...(result === null && mapped === null
        ? drawLayers(layers.states, style)
        : drawLayers(layers.states, { ...style, colour: 'loading' }, RUN_REPLACES)),
      ...(found === null ? [] : vulnerabilityMarks(substations, found, style)),
    ];
  }, [result, mapped, branches, substations, style, runColour, wave, lastWave, layers.states, view.selected, traced]);
  const isMapped = mapped !== null;
  const lineLegend = useMemo(() => {
    if (result !== null) return cascadeLegend(runColour, lastWave);
    return isMapped ? vulnerabilityLegend() : null;
  }, [result, isMapped, runColour, lastWave]);
  const labels = useMemo(
    () => (substations === null ? NO_LABELS : pointFeatures(labelRows({ substations: { phase: 'ready', columns: substations, error: null } }))),
    [substations],
  );

  const select = useCallback(
    (assetId: string) => {
      patchView({ selected: assetId });
      setTab('asset');
    },
    [patchView],
  );
  const fail = useCallback(
    (assetId: string, name: string) => {
      addOutage(assetId, name);
      patchView({ run: null, wave: null, vulnerability: null });
      setTab('cascade');
    },
    [patchView],
  );
  const flyTo = (assetId: string, at: { lon: number; lat: number } | null): void => {
    const target = at ?? locateAsset(layers.states, assetId);
    if (target !== null) mapRef.current?.flyTo({ lng: target.lon, lat: target.lat, zoom: zoomToSee(assetId, zoom) });
  };

  const openTab = (next: DockTab): void => {
    setTab(next);
    if (next === 'vulnerability') patchView({ vulnerability: view.vulnerability ?? PRESENT, run: null, wave: null });
    else if (next === 'cascade') patchView({ vulnerability: null });
  };
  const showWave = (next: number): void => {
    setRunColour('waves');
    patchView({ wave: next });
  };

  const onViewport = (viewport: Viewport, bounds: Bounds): void => {
    setArea({ zoom: viewport.zoom, bounds });
    patchView({ viewport });
  };
  const onPointerMove = (at: PointerPosition | null): void => {
    const hit = at === null ? null : pick(layers.states, at);
    setHover(hit === null || at === null ? null : { hit, x: at.x, y: at.y });
  };
  const onClick = (at: PointerPosition): void => {
    const hit = pick(layers.states, at);
    if (isPicking) {
      if (hit !== null && canBeFailed(hit.assetId)) {
        addOutage(hit.assetId, describeHit(layers.states, hit)?.title ?? hit.assetId);
      }
    } else if (hit !== null) select(hit.assetId);
    else if (view.selected !== null) patchView({ selected: null });
  };
  const onFound = (hit: SearchHit): void => {
    // Water has a name and a place, but no card.
    if (kindOf(hit.assetId) !== null) select(hit.assetId);
    flyTo(hit.assetId, hit.lon == null || hit.lat == null ? null : { lon: hit.lon, lat: hit.lat });
  };

  useViewportFromHistory(mapRef);
  const description = hover === null ? null : describeHit(layers.states, hover.hit);

  return (
    <Box sx={{ height: '100%', display: 'flex', flexDirection: 'column' }}>
      <ErrorBoundary name="The key indicators">
        <KpiBar />
      </ErrorBoundary>
      <Box sx={{ flex: 1, minHeight: 0, display: 'flex' }}>
        <Box ref={frameRef} sx={{ flex: 1, minWidth: 0, position: 'relative', overflow: 'hidden' }}>
          <ErrorBoundary name="The map">
            <MapCanvas
              ref={mapRef}
              initialViewport={initialViewport}
              styleUrl={site.mapStyleUrl}
              layers={drawn}
              labels={labels}
              isPending={layers.isLoading || cascade.isLoading || cascade.isResultLoading || vulnerability.isLoading}
              cursor={isPicking ? 'crosshair' : hover === null ? '' : 'pointer'}
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
                  lineLegend={lineLegend}
                  timeZone={site.timeZone}
                />
              </ErrorBoundary>
              <Box sx={{ width: 320, pointerEvents: 'auto', bgcolor: 'background.paper', borderRadius: 1 }}>
                <SearchBox label="Find a substation, line, circuit…" onPick={onFound} />
              </Box>
            </Box>
            {cascade.run !== null && result !== null && (
              <Box sx={{ display: 'flex', justifyContent: 'center', pr: 6 }}>
                <WaveBar waves={cascade.run.waves} wave={wave} onWave={showWave} />
              </Box>
            )}
          </Box>
          {hover !== null && description !== null && (
            <HoverCard description={description} x={hover.x} y={hover.y} width={frame.width} height={frame.height} />
          )}
        </Box>
        <Dock
          tab={tab}
          onTab={openTab}
          shownMap={view.vulnerability}
          vulnerability={vulnerability}
          canMap={canMap}
          onShowMap={(shown) => patchView({ vulnerability: shown })}
          selected={view.selected}
          runId={view.run}
          cascade={cascade}
          wave={wave}
          runColour={runColour}
          branches={branches}
          canRun={canRun}
          isPicking={isPicking}
          timeZone={site.timeZone}
          onPicking={setPicking}
          onRunColour={setRunColour}
          onWave={showWave}
          onRun={(run) => patchView({ run, wave: null })}
          onSelect={(assetId) => {
            select(assetId);
            if (findAsset(layers.states, assetId) !== null) flyTo(assetId, null);
          }}
          onClose={() => patchView({ selected: null })}
          onLocate={flyTo}
          onFail={fail}
          onTraced={setTraced}
        />
      </Box>
    </Box>
  );
}

function firstTab(view: MapView): DockTab {
  if (view.vulnerability !== null) return 'vulnerability';
  return view.selected !== null && view.run === null ? 'asset' : 'cascade';
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
