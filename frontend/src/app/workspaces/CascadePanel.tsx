import Button from '@mui/material/Button';
import { useMemo, useState } from 'react';
import { useQuery } from 'urql';

import { addOutage, cascadeLayers, cascadeLegend, RunForm, RunView, useCascadeRun, WaveBar } from '../../features/cascade';
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
const RUN_PERMISSION = 'cascade.add_cascaderun';
const MAP_PERMISSION = 'cascade.add_vulnerabilitymap';

/** Runs a cascade and shows it, and the map of what would cascade. */
export function CascadePanel({ tab, onTab }: { tab: string; onTab: (tab: string) => void }) {
  const { site, view, patchView, states, style, select, flyTo } = useStage();
  const [isPicking, setPicking] = useState(false);
  const [colour, setColour] = useState<RunColour>('waves');
  const [{ data: viewerData }] = useQuery({ query: ViewerQuery });
  const permissions = viewerData?.viewer.permissions ?? [];

  const cascade = useCascadeRun(view.run);
  const { result, run } = cascade;
  const vulnerability = useVulnerabilityMap(view.vulnerability);
  const found = result === null && vulnerability.map?.computedAt != null ? vulnerability.map.vulnerabilityColumns : null;
  const lastWave = run?.waves.at(-1)?.number ?? 0;
  const wave = Math.min(view.wave ?? lastWave, lastWave);
  const branches = states.branches?.columns ?? null;
  const substations = states.substations?.columns ?? null;

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
          below: cascadeLayers({ branches, substations }, result, { ...style, colour, wave, lastWave }),
          replaces: BRANCHES,
          ownsColours: true,
          lineLegend: cascadeLegend(colour, lastWave),
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
    }, [result, found, waves, branches, substations, style, colour, wave, lastWave, isPending, patchView]),
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
    <SidePanel tabs={TABS} tab={tab} onTab={openTab}>
      {tab === 'asset' && <AssetPanel />}
      {tab === 'vulnerability' && view.vulnerability !== null && (
        <VulnerabilityView
          shown={view.vulnerability}
          state={vulnerability}
          canMap={permissions.includes(MAP_PERMISSION)}
          timeZone={site.timeZone}
          onShow={(shown) => patchView({ vulnerability: shown })}
          onSelect={selectAndShow}
        />
      )}
      {tab === 'cascade' && (
        <Button
          variant="text"
          component="a"
          href="/cascade/runs"
          onClick={followLink}
          sx={{ float: 'right', mt: -0.5 }}
          data-testid="all-runs"
        >
          All runs
        </Button>
      )}
      {tab === 'cascade' && view.run !== null && (
        <RunView
          runId={view.run}
          state={cascade}
          wave={wave}
          colour={colour}
          branches={branches}
          onWave={(next) => {
            setColour('waves');
            patchView({ wave: next });
          }}
          onColour={setColour}
          onSelect={selectAndShow}
          onLeave={() => patchView({ run: null, wave: null })}
        />
      )}
      {tab === 'cascade' && view.run === null && (
        <RunForm
            canRun={permissions.includes(RUN_PERMISSION)}
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
