import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useMemo, useState } from 'react';
import { useQuery } from 'urql';

import { askAssistant } from '../../features/assistant';
import {
  addOutage,
  cascadeLayers,
  cascadeLegend,
  middlesOf,
  propagationLayers,
  propagationOf,
  RunForm,
  RunView,
  useCascadeRun,
  useRunAddress,
  useSparks,
  useTrips,
  WaveBar,
} from '../../features/cascade';
import type { RunColour } from '../../features/cascade';
import { describeHit } from '../../features/layers';
import { SearchBox } from '../../features/search';
import { ViewerQuery } from '../../features/session';
import {
  PRESENT,
  useVulnerabilityMap,
  vulnerabilityLegend,
  vulnerabilityLines,
  vulnerabilityMarks,
  VulnerabilityView,
} from '../../features/vulnerability';
import type { LayerKey } from '../../lib/columns/layers';
import { followLink } from '../../lib/followLink';
import { useStage, useOverlay } from '../stage/context';
import type { Overlay } from '../stage/overlays';
import { canBeFailed } from '../viewports';

import { AssetPanel } from './AssetPanel';
import { SidePanel } from './SidePanel';

const TABS = [
  { key: 'asset', label: 'Asset', name: 'The asset card' },
  { key: 'cascade', label: 'Cascade', name: 'The cascade panel' },
  { key: 'vulnerability', label: 'Vulnerability', name: 'The vulnerability panel' },
] as const;
const CAN_FAIL = ['SUB', 'BUS', 'BR'];
const BRANCHES: ReadonlySet<LayerKey> = new Set(['branches']);
const ASK_PERMISSION = 'agent.use_assistant';
const WIDTH = 'clamp(384px, 42vw, 600px)';
const MAP_PERMISSION = 'cascade.add_vulnerabilitymap';

/** Runs a cascade and shows it, and the map of what would cascade. */
export function CascadePanel({ tab, onTab }: { tab: string; onTab: (tab: string) => void }) {
  const { site, view, patchView, states, style, select, flyTo } = useStage();
  const [isPicking, setPicking] = useState(false);
  const [colour, setColour] = useState<RunColour>('waves');
  const [{ data: viewerData }] = useQuery({ query: ViewerQuery });
  const permissions = useMemo(() => new Set(viewerData?.viewer.permissions), [viewerData]);
  const [west, south, east, north] = site.homeBounds;

  const cascade = useCascadeRun(view.run);
  const { result, run } = cascade;
  const vulnerability = useVulnerabilityMap(view.vulnerability);
  const found = result === null && vulnerability.map?.computedAt != null ? vulnerability.map.vulnerabilityColumns : null;
  const lastWave = run?.waves.at(-1)?.number ?? 0;
  const wave = Math.min(view.wave ?? lastWave, lastWave);
  const branches = states.branches?.columns ?? null;
  const substations = states.substations?.columns ?? null;

  const [address, patchAddress] = useRunAddress();
  const { isFocused, hasPaths } = address;
  const trips = useTrips(result === null ? null : view.run, branches, substations);
  const middles = useMemo(() => (branches === null ? null : middlesOf(branches)), [branches]);
  const tripRows = trips.trips;
  const propagation = useMemo(
    () => (middles === null || tripRows === null || colour !== 'waves' ? null : propagationOf(middles, tripRows, wave)),
    [middles, tripRows, wave, colour],
  );
  const curves = hasPaths && propagation !== null && propagation.curves.length > 0 ? propagation.curves : null;
  const sparks = useSparks(curves === null ? null : `${view.run} ${wave}`);
  useOverlay(
    'cascade-paths',
    useMemo(
      (): Overlay | null => (curves === null ? null : { above: propagationLayers(curves, { ...style, wave, lastWave, progress: sparks }) }),
      [curves, style, wave, lastWave, sparks],
    ),
  );

  const waves = result === null ? null : (run?.waves ?? null);
  const isPending = cascade.isLoading || cascade.isResultLoading || vulnerability.isLoading;
  useOverlay(
    'cascade',
    useMemo((): Overlay => {
      const showWave = (next: number): void => {
        setColour('waves');
        patchView({ wave: next });
      };
      if (result !== null) {
        return {
          isPending,
          below: cascadeLayers({ branches, substations }, result, { ...style, colour, wave, lastWave, isFocused }),
          replaces: BRANCHES,
          ownsColours: true,
          lineLegend: cascadeLegend(colour, lastWave, curves !== null),
          bottom: waves === null ? undefined : <WaveBar waves={waves} wave={wave} onWave={showWave} />,
        };
      }
      if (found === null) return { isPending };
      return {
        isPending,
        below: vulnerabilityLines(branches, found, style),
        above: vulnerabilityMarks(substations, found, style),
        replaces: BRANCHES,
        ownsColours: true,
        lineLegend: vulnerabilityLegend(),
      };
    }, [result, found, waves, branches, substations, style, colour, wave, lastWave, isFocused, curves, isPending, patchView]),
  );
  useOverlay(
    'picking',
    useMemo(
      (): Overlay | null =>
        isPicking
          ? {
              cursor: 'crosshair',
              onPick: (hit) => {
                if (hit !== null && canBeFailed(hit.assetId)) addOutage(hit.assetId, describeHit(states, hit)?.title ?? hit.assetId);
                return true;
              },
            }
          : null,
      [isPicking, states],
    ),
  );

  const openTab = (next: string): void => {
    onTab(next);
    if (next === 'vulnerability') patchView({ vulnerability: view.vulnerability ?? PRESENT, run: null, wave: null });
    else if (next === 'cascade') patchView({ vulnerability: null });
  };
  const selectAndShow = (assetId: string): void => {
    select(assetId);
    flyTo(assetId, null);
  };

  return (
    <SidePanel tabs={TABS} tab={tab} onTab={openTab} width={WIDTH}>
      {tab === 'asset' && <AssetPanel />}
      {tab === 'vulnerability' && view.vulnerability !== null && (
        <VulnerabilityView
          shown={view.vulnerability}
          state={vulnerability}
          canMap={permissions.has(MAP_PERMISSION)}
          timeZone={site.timeZone}
          onShow={(shown) => patchView({ vulnerability: shown })}
          onSelect={selectAndShow}
        />
      )}
      {tab === 'cascade' && (
        <Box component="nav" aria-label="Cascade lab" sx={{ display: 'flex', justifyContent: 'flex-end', gap: 0.5, mt: -1, mb: 0.5 }}>
          <Button component="a" href="/cascade/runs" onClick={followLink} data-testid="all-runs">
            All runs
          </Button>
          <Button component="a" href="/cascade/screening" onClick={followLink} data-testid="to-screening">
            Screening
          </Button>
        </Box>
      )}
      {tab === 'cascade' && view.run !== null && (
        <RunView
          runId={view.run}
          state={cascade}
          wave={wave}
          colour={colour}
          address={address}
          trips={trips}
          undrawnCount={propagation?.undrawnCount ?? null}
          branches={branches}
          substations={substations}
          permissions={permissions}
          timeZone={site.timeZone}
          onAddress={patchAddress}
          onWave={(next) => {
            setColour('waves');
            patchView({ wave: next });
          }}
          onColour={setColour}
          onSelect={selectAndShow}
          onLeave={() => patchView({ run: null, wave: null })}
          onOpen={(runId) => patchView({ run: runId, wave: null })}
          onAsk={permissions.has(ASK_PERMISSION) ? askAssistant : null}
        />
      )}
      {tab === 'cascade' && view.run === null && (
        <RunForm
            permissions={permissions}
            username={viewerData?.viewer.username ?? null}
            centre={{ lat: (south + north) / 2, lon: (west + east) / 2 }}
            onSelect={(assetId) => {
              patchView({ selected: assetId });
              flyTo(assetId, null);
            }}
            isPicking={isPicking}
            onPicking={setPicking}
            onStarted={(runId) => patchView({ run: runId, wave: null })}
            search={
              <SearchBox
                label="Add a substation or line by name or id"
                testId="outage-search"
                prefixes={CAN_FAIL}
                onPick={(hit) => addOutage(hit.assetId, hit.title)}
              />
            }
        />
      )}
    </SidePanel>
  );
}
