import Box from '@mui/material/Box';
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import { useCallback, useEffect, useMemo } from 'react';
import type { ReactNode } from 'react';

import { navigate, useSearchString } from '../../lib/location';
import { ErrorBoundary } from '../../ui/ErrorBoundary';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';

import { CircuitList } from './CircuitList';
import { CircuitView } from './CircuitView';
import { SubjectHeader } from './SubjectHeader';
import { SubstationView } from './SubstationView';
import { decodeTopologyView, PATH, TABS, topologyAddress, withTopologyView } from './address';
import type { Tab as TabKey, TopologyView } from './address';
import type { Shared } from './context';
import { loadCircuit } from './loadCircuit';
import { IslandsTab } from './panels/IslandsTab';
import { TiesTab } from './panels/TiesTab';
import { loadPlace, subjectOf } from './places';
import type { Subject } from './places';
import { useLoaded } from './useLoaded';

const TAB_WORDS: Readonly<Record<TabKey, string>> = {
  diagram: 'One-line diagram',
  ties: 'Ties',
  islands: 'Islands & loops',
  quality: 'Data quality',
};

const NEEDED: Readonly<Record<TabKey, string>> = {
  diagram: 'grid.view_circuit',
  ties: 'grid.view_circuit',
  islands: 'grid.view_circuit',
  quality: 'grid.view_dataqualityfinding',
};

interface Props {
  /** Of the account. */
  permissions: readonly string[];
  timeZone: string | undefined;
  /** The search for an asset; `onPick` opens its diagram. */
  search: (onPick: (assetId: string) => void) => ReactNode;
  /** The findings of the check of the records. */
  quality: ReactNode;
  mapHref: (assetId: string) => string;
  showOnMap: (assetId: string) => void;
}

/** How the network is joined: diagrams, what-if switching, islands, loops and ties. All that is shown is in the address. */
export function TopologyWorkspace({ permissions, timeZone, search, quality, mapHref, showOnMap }: Props) {
  const tabs = TABS.filter((each) => permissions.includes(NEEDED[each]));
  const address = useSearchString();
  const view = useMemo(() => decodeTopologyView(address), [address]);
  const change = useCallback((part: Partial<TopologyView>, { isNewPage = false } = {}) => {
    const now = window.location.search;
    navigate(PATH + withTopologyView(now, { ...decodeTopologyView(now), ...part }), { replace: !isNewPage });
  }, []);
  const shared = useMemo<Shared>(() => ({ view, change, timeZone, mapHref, showOnMap }), [view, change, timeZone, mapHref, showOnMap]);
  const [first] = tabs;
  if (first === undefined) {
    return <EmptyState title="Your account may not see the network" detail="An administrator can give it a role that may." />;
  }
  const tab = tabs.includes(view.tab) ? view.tab : first;
  const subject = view.of === null ? null : subjectOf(view.of);
  return (
    <Box sx={{ height: '100%', display: 'flex', flexDirection: 'column' }} data-testid="topology">
      <Box sx={{ px: 2, pt: 0.75, borderBottom: 1, borderColor: 'divider', bgcolor: 'background.paper' }}>
        <SubjectHeader shared={shared} subject={subject} />
        <Box sx={{ display: 'flex', alignItems: 'center' }}>
        <Tabs
          value={tab}
          onChange={(_event, next: TabKey) => change({ tab: next }, { isNewPage: true })}
          aria-label="Topology"
          sx={{ minHeight: 36, '& .MuiTab-root': { minHeight: 36, py: 0, px: 1.5, minWidth: 64 } }}
        >
          {tabs.map((key) => (
            <Tab key={key} value={key} label={TAB_WORDS[key]} id={`topology-tab-${key}`} aria-controls="topology-panel" />
          ))}
        </Tabs>
          <Box sx={{ flex: 1 }} />
          <Box sx={{ width: 260, '& .MuiInputBase-root.MuiInputBase-root': { py: 0, height: 32 } }}>{search((assetId) => navigate(topologyAddress(assetId)))}</Box>
        </Box>
      </Box>
      <Box role="tabpanel" id="topology-panel" aria-labelledby={`topology-tab-${tab}`} sx={{ flex: 1, minHeight: 0, display: 'flex', flexDirection: 'column' }}>
        <ErrorBoundary key={`${tab} ${view.of ?? ''}`} name={TAB_WORDS[tab]}>
          {tab === 'quality' ? <Box sx={{ flex: 1, minHeight: 0 }}>{quality}</Box> : tab === 'islands' ? <IslandsTab shared={shared} /> : <Subject tab={tab} subject={subject} shared={shared} />}
        </ErrorBoundary>
      </Box>
    </Box>
  );
}

function Subject({ tab, subject, shared }: { tab: 'diagram' | 'ties'; subject: Subject | null; shared: Shared }) {
  if (subject === null) {
    return shared.view.of === null ? <CircuitList /> : <EmptyState title={`${shared.view.of} has no one-line diagram`} detail="Choose a circuit, a substation, or what belongs to a circuit." />;
  }
  if (subject.kind === 'within') return <Within assetId={subject.id} shared={shared} />;
  if (subject.kind === 'circuit') return <OfCircuit key={subject.id} circuitId={subject.id} tab={tab} shared={shared} />;
  if (tab === 'ties') return <EmptyState title="Ties are of circuits" detail="Choose a circuit of this substation in its one-line diagram." />;
  return <SubstationView key={subject.id} assetId={subject.id} shared={shared} />;
}

/** An asset within a circuit leads on to the circuit, with the asset chosen. */
function Within({ assetId, shared }: { assetId: string; shared: Shared }) {
  const { data, problem, refresh } = useLoaded(assetId, loadPlaceOrNone);
  const { change, view } = shared;
  useEffect(() => {
    if (data?.place != null) change({ of: data.place.circuitId, selected: view.selected ?? data.place.selected });
  }, [data, change, view.selected]);
  if (problem !== null) return <ErrorState title={`The circuit of ${assetId} could not be found out`} detail={problem} onRetry={refresh} />;
  if (data?.place === null) return <EmptyState title={`${assetId} was not found`} detail="It does not exist, or your account may not see it." />;
  return <LoadingState label={`Looking up the circuit of ${assetId}`} minHeight={320} />;
}

const loadPlaceOrNone = async (...args: Parameters<typeof loadPlace>) => ({ place: await loadPlace(...args) });
const loadCircuitOrNone = async (...args: Parameters<typeof loadCircuit>) => ({ circuit: await loadCircuit(...args) });

function OfCircuit({ circuitId, tab, shared }: { circuitId: string; tab: 'diagram' | 'ties'; shared: Shared }) {
  const { data, problem, refresh } = useLoaded(circuitId, loadCircuitOrNone);
  if (problem !== null) return <ErrorState title={`${circuitId} could not be loaded`} detail={problem} onRetry={refresh} />;
  if (data === null) return <LoadingState label={`Loading ${circuitId}`} minHeight={320} />;
  if (data.circuit === null) return <EmptyState title={`${circuitId} was not found`} detail="It does not exist, or your account may not see it." />;
  return tab === 'ties' ? <TiesTab circuit={data.circuit} shared={shared} /> : <CircuitView circuit={data.circuit} shared={shared} />;
}
