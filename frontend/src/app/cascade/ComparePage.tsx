import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useMemo, useRef } from 'react';
import type { RefObject } from 'react';

import { cascadeLayers, useCascadeRun, useTrips, WaveBar } from '../../features/cascade';
import type { CascadeRunState } from '../../features/cascade';
import { DifferenceTable, RunChooser } from '../../features/cascade/pages';
import { DRAW_BEFORE, MapCanvas } from '../../features/map';
import type { LabelFeatures, MapHandle } from '../../features/map';
import type { BranchColumns, SubstationColumns } from '../../lib/columns/layers';
import { formatNumber, formatQuantity, plural } from '../../lib/format';
import { navigate, useSearchString } from '../../lib/location';
import { decodeMapView } from '../../lib/mapView';
import type { Viewport } from '../../lib/mapView';
import { ErrorBoundary } from '../../ui/ErrorBoundary';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';
import { frameBounds, USUAL_SIZE } from '../frame';
import type { Site } from '../site';
import { useMapView } from '../useMapView';

import { LabHeader } from './LabHeader';
import { isSameView } from './linkedViews';
import { useGrid } from './useGrid';

const RUN_ID = /^[A-Za-z0-9_=:.-]{1,200}$/;
const NO_LABELS: LabelFeatures = { type: 'FeatureCollection', features: [] };
const MAP_PX = 380;
const nothing = (): void => undefined;

/** Two runs beside each other: the same place, the same wave, and what differs. */
export function ComparePage({ site }: { site: Site }) {
  const search = useSearchString();
  const [view, patchView] = useMapView();
  const [a, b] = ['a', 'b'].map((name) => runIn(search, name));
  const first = useCascadeRun(a ?? null);
  const second = useCascadeRun(b ?? null);
  const { branches, substations, isLoading } = useGrid();
  const firstTrips = useTrips(first.result === null ? null : (a ?? null), branches, substations);
  const secondTrips = useTrips(second.result === null ? null : (b ?? null), branches, substations);
  const firstMap = useRef<MapHandle>(null);
  const secondMap = useRef<MapHandle>(null);
  const initial = useMemo(() => decodeMapView(search).viewport ?? frameBounds(site.homeBounds, USUAL_SIZE), []); // eslint-disable-line react-hooks/exhaustive-deps
  const last = useRef<Viewport>(initial);
  const follow = (viewport: Viewport, other: MapHandle | null): void => {
    if (isSameView(viewport, last.current)) return;
    last.current = viewport;
    other?.jumpTo(viewport);
    patchView({ viewport });
  };
  const [waves, others] = [first.run?.waves ?? [], second.run?.waves ?? []];
  const longer = waves.length >= others.length ? waves : others;
  const lastWave = longer.at(-1)?.number ?? 0;
  const wave = Math.min(view.wave ?? lastWave, lastWave);
  const choose = (name: 'a' | 'b') => (runId: string): void => {
    const params = new URLSearchParams(window.location.search);
    params.set(name, runId);
    params.delete('wave');
    navigate(`/cascade/compare?${params.toString().replaceAll('%2C', ',')}`);
  };
  const shared = { site, wave, initial, branches, substations, isLoading, zoom: view.viewport?.zoom ?? initial.zoom };
  const isReady = first.run?.totalShedMw != null && second.run?.totalShedMw != null;
  return (
    <Box sx={{ height: '100%', overflow: 'auto', p: 2 }} data-testid="compare-page">
      <LabHeader title="Compare two runs" path="/cascade/compare" />
      <Box sx={{ display: 'flex', gap: 2 }}>
        <Box sx={{ flex: 1, minWidth: 0 }}>
          <RunChooser label="Run A" runId={a ?? null} onRun={choose('a')} />
          <SideMap {...shared} name="A" state={first} mapRef={firstMap} onViewport={(viewport) => follow(viewport, secondMap.current)} />
        </Box>
        <Box sx={{ flex: 1, minWidth: 0 }}>
          <RunChooser label="Run B" runId={b ?? null} onRun={choose('b')} />
          <SideMap {...shared} name="B" state={second} mapRef={secondMap} onViewport={(viewport) => follow(viewport, firstMap.current)} />
        </Box>
      </Box>
      {longer.length > 0 && (
        <Box sx={{ display: 'flex', justifyContent: 'center', mt: 1 }}>
          <WaveBar waves={longer} wave={wave} onWave={(next) => patchView({ wave: next })} />
        </Box>
      )}
      <ErrorBoundary key={`${a} ${b}`} name="The comparison">
        {a != null && b != null && isReady ? (
          <DifferenceTable firstId={a} secondId={b} firstTrips={firstTrips.trips} secondTrips={secondTrips.trips} substations={substations} />
        ) : (
          (a == null || b == null) && <EmptyState title="Choose two runs" detail="Both are then shown wave by wave, with all that differs." />
        )}
      </ErrorBoundary>
    </Box>
  );
}

function runIn(search: string, name: string): string | null {
  const asked = new URLSearchParams(search).get(name);
  return asked !== null && RUN_ID.test(asked) ? asked : null;
}

interface SideProps {
  name: 'A' | 'B';
  site: Site;
  state: CascadeRunState;
  wave: number;
  mapRef: RefObject<MapHandle | null>;
  initial: Viewport;
  branches: BranchColumns | null;
  substations: SubstationColumns | null;
  isLoading: boolean;
  zoom: number;
  onViewport: (viewport: Viewport) => void;
}

function SideMap({ name, site, state, wave, mapRef, initial, branches, substations, isLoading, zoom, onViewport }: SideProps) {
  const { run, result, problem } = state;
  const ownLast = run?.waves.at(-1)?.number ?? 0;
  const shown = Math.min(wave, ownLast);
  const layers = useMemo(
    () =>
      result === null
        ? []
        : cascadeLayers({ branches, substations }, result, { zoom, placement: { beforeId: DRAW_BEFORE }, colour: 'waves', wave: shown, lastWave: ownLast }),
    [result, branches, substations, zoom, shown, ownLast],
  );
  const current = run?.waves.find(({ number }) => number === shown);
  return (
    <>
      <Box sx={{ position: 'relative', height: MAP_PX, mt: 1, border: 1, borderColor: 'divider', borderRadius: 1, overflow: 'hidden' }} data-testid={`map-${name}`}>
        <ErrorBoundary name={`The map of run ${name}`}>
          <MapCanvas
            ref={mapRef}
            initialViewport={() => initial}
            styleUrl={site.mapStyleUrl}
            layers={layers}
            labels={NO_LABELS}
            isPending={isLoading || state.isResultLoading}
            cursor=""
            onViewport={onViewport}
            onPointerMove={nothing}
            onClick={nothing}
          />
        </ErrorBoundary>
      </Box>
      {problem !== null && <ErrorState title={`Run ${name} could not be loaded`} detail={problem.message} onRetry={state.retry} />}
      {state.isLoading && <LoadingState label={`Loading run ${name}`} minHeight={40} />}
      <Typography variant="caption" component="p" color="textSecondary" data-testid={`caption-${name}`}>
        {run === null
          ? ' '
          : run.totalShedMw == null
            ? 'It has no result.'
            : `${shown === 0 ? 'Initial outages' : `Wave ${formatNumber(shown)} of ${formatNumber(ownLast)}`}${wave > ownLast ? ' (its last)' : ''}: ${plural(current?.trippedCount ?? 0, 'trip')}, ${formatQuantity(current?.cumulativeShedMw, 'MW', 1)} lost so far`}
      </Typography>
    </>
  );
}
