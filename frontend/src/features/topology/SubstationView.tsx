import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useMemo } from 'react';
import { useQuery } from 'urql';

import { formatNumber, formatQuantity, humanize, UNKNOWN } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { navigate } from '../../lib/location';
import { useUnits } from '../../lib/preferences';
import { formatKilometres } from '../../lib/units';
import { FactList } from '../../ui/FactList';
import { LoadingBadge } from '../../ui/LoadingBadge';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';

import { topologyAddress } from './address';
import type { Shared } from './context';
import { farEnd, flowOut, flowWords, SubstationDiagram } from './diagram/SubstationDiagram';
import { SidePane } from './panels/SidePane';
import { DiagramLink, MapLink, Section } from './panels/common';
import { HeadSwitchesQuery } from './queries';
import { SubstationQuery, WeatherRatingsQuery } from './substationQueries';
import type { BranchRow, SubstationAnswer, WeatherRating } from './substationQueries';

/** A substation's diagram with the card of the chosen part beside it. */
export function SubstationView({ assetId, shared }: { assetId: string; shared: Shared }) {
  const { view, change } = shared;
  const [{ data, error, fetching }, refetch] = useQuery({ query: SubstationQuery, variables: { assetId }, requestPolicy: 'cache-and-network' });
  const [{ data: rated }] = useQuery({ query: WeatherRatingsQuery, variables: { substationId: assetId } });
  const substation = data?.substation?.assetId === assetId ? data.substation : null;
  const circuitIds = useMemo(() => substation?.circuits.edges.map(({ node }) => node.assetId) ?? [], [substation]);
  const [{ data: heads }] = useQuery({ query: HeadSwitchesQuery, variables: { circuitIds, substationId: assetId }, pause: circuitIds.length === 0 });
  const branches = useMemo(() => (substation === null ? [] : branchesOf(substation)), [substation]);
  const weather = useMemo(() => new Map(rated?.branchRatings.ratings.map((each) => [each.branchId, each])), [rated]);
  const headStates = useMemo(() => {
    const offNormal = new Set(view.positions === 'PRESENT' ? heads?.trace.switchesOffNormal : []);
    const found = heads?.switches.edges.map(({ node }) => node).filter(({ fromNode, toNode }) => fromNode === assetId || toNode === assetId) ?? [];
    return new Map(found.map((each) => [each.circuit.assetId, { kind: each.kind, isOpen: offNormal.has(each.assetId) !== each.isNormallyOpen }]));
  }, [heads, view.positions, assetId]);

  if (substation === null) {
    if (error !== undefined && !fetching) return <ErrorState title={`${assetId} could not be loaded`} detail={problemOf(error).message} onRetry={() => refetch({ requestPolicy: 'network-only' })} />;
    return fetching ? <LoadingState label={`Loading ${assetId}`} minHeight={320} /> : <EmptyState title={`${assetId} was not found`} detail="It does not exist, or your account may not see it." />;
  }
  return (
    <Box sx={{ flex: 1, minHeight: 0, display: 'flex' }}>
      <SubstationDiagram
        substation={substation}
        branches={branches}
        weather={weather}
        heads={headStates}
        selected={view.selected}
        onSelect={(selected) => change({ selected })}
        onOpen={(circuitId) => navigate(topologyAddress(circuitId))}
      />
      <SidePane label="Element">
        <Box tabIndex={0} role="region" aria-label="Facts" sx={{ flex: 1, minHeight: 0, overflow: 'auto', p: 1.5 }} data-testid="element-panel">
          <Card substation={substation} branches={branches} weather={weather} weatherAt={rated?.branchRatings.at ?? null} shared={shared} />
        </Box>
      </SidePane>
    </Box>
  );
}

/** Each branch once, also one that both ends here. */
function branchesOf({ branchesFrom, branchesTo }: SubstationAnswer): BranchRow[] {
  const all = [...branchesFrom.edges, ...branchesTo.edges].map(({ node }) => node);
  return [...new Map(all.map((branch) => [branch.assetId, branch])).values()];
}

interface CardProps {
  substation: SubstationAnswer;
  branches: readonly BranchRow[];
  weather: ReadonlyMap<string, WeatherRating>;
  weatherAt: string | null;
  shared: Shared;
}

function Card({ substation, branches, weather, shared }: CardProps) {
  const units = useUnits();
  const { selected } = shared.view;
  const branch = branches.find(({ assetId }) => assetId === selected);
  const circuit = substation.circuits.edges.map(({ node }) => node).find(({ assetId }) => assetId === selected);
  const bus = substation.buses.edges.map(({ node }) => node).find(({ assetId }) => assetId === selected);
  if (branch !== undefined) {
    const far = farEnd(branch, substation.assetId);
    const rating = weather.get(branch.assetId);
    return (
      <>
        <Section level="h3" title={branch.kind === 'LINE' ? 'Transmission line' : humanize(branch.kind)}>
          <FactList
            facts={[
              { label: 'Id', value: branch.assetId },
              { label: 'Leads to', value: far === null ? UNKNOWN : far.assetId === substation.assetId ? 'another bus here' : <DiagramLink of={far.assetId} selected={branch.assetId}>{far.name}</DiagramLink> },
              { label: 'Voltage', value: formatQuantity(branch.baseKv, 'kV') },
              { label: 'Flow, base case', value: flowWords(flowOut(branch, substation.assetId)) },
              { label: 'Rating', value: branch.ratingMva === null ? 'no limit' : formatQuantity(branch.ratingMva, 'MVA', 0) },
              { label: 'Loading', value: <LoadingBadge loadingPct={branch.baseLoadingPct} /> },
              { label: 'Rating in this air', value: formatQuantity(rating?.weatherRatingMva, 'MVA', 0) },
              { label: 'Loading of that', value: <LoadingBadge loadingPct={rating?.weatherLoadingPct} /> },
              { label: 'Length', value: formatKilometres(branch.lengthKm, units, 1) },
              { label: 'State', value: branch.inService ? 'in service' : 'out of service' },
            ]}
          />
          {rating?.reason != null && <p>{rating.reason}</p>}
        </Section>
        <Box sx={{ mt: 1.25 }}>
          <MapLink assetId={branch.assetId} shared={shared} />
        </Box>
      </>
    );
  }
  if (circuit !== undefined) {
    return (
      <>
        <Section level="h3" title="Circuit">
          <FactList
            facts={[
              { label: 'Name', value: circuit.name },
              { label: 'Voltage', value: formatQuantity(circuit.voltageKv, 'kV') },
              { label: 'Load now', value: formatQuantity(circuit.operatingStatus?.loadMva, 'MVA', 2) },
              { label: 'Rating', value: formatQuantity(circuit.ratedMva, 'MVA', 1) },
              { label: 'Loading', value: <LoadingBadge loadingPct={circuit.operatingStatus?.loadingPct} /> },
              { label: 'Peak', value: formatQuantity(circuit.peakLoadMw, 'MW', 2) },
              { label: 'Customers', value: formatNumber(circuit.customerCount) },
              { label: 'Without supply', value: formatNumber(circuit.operatingStatus?.customersOut) },
            ]}
          />
        </Section>
        <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, mt: 1.25 }}>
          <Button variant="contained" onClick={() => navigate(topologyAddress(circuit.assetId))} data-testid="open-circuit">
            Open its diagram
          </Button>
          <MapLink assetId={circuit.assetId} shared={shared} />
        </Box>
      </>
    );
  }
  if (bus !== undefined) {
    return (
      <>
        <Section level="h3" title="Bus">
          <FactList
            facts={[
              { label: 'Id', value: bus.assetId },
              { label: 'Voltage', value: formatQuantity(bus.baseKv, 'kV') },
              { label: 'Demand, base case', value: formatQuantity(bus.loadMw, 'MW') },
            ]}
          />
        </Section>
        <Box sx={{ mt: 1.25 }}>
          <MapLink assetId={bus.assetId} shared={shared} />
        </Box>
      </>
    );
  }
  const load = substation.operatingStatus;
  return (
    <>
      <Section level="h3" title="Substation">
        <FactList
          facts={[
            { label: 'Id', value: substation.assetId },
            { label: 'Zone', value: substation.zone?.name ?? UNKNOWN },
            { label: 'Voltage', value: substation.maxKv === substation.minKv ? formatQuantity(substation.maxKv, 'kV') : `${formatNumber(substation.maxKv)} to ${formatQuantity(substation.minKv, 'kV')}` },
            { label: 'Transformers in all', value: substation.capacityMva === null ? 'none on record' : formatQuantity(substation.capacityMva, 'MVA', 0) },
            { label: 'Demand, base case', value: formatQuantity(substation.loadMw, 'MW') },
            { label: 'Load of its circuits', value: formatQuantity(load?.loadMva, 'MVA', 1) },
            { label: 'Generation', value: formatQuantity(substation.generationCapacityMw, 'MW') },
            { label: 'Circuits', value: formatNumber(substation.circuits.totalCount) },
            { label: 'Customers', value: formatNumber(load?.customers) },
            { label: 'Without supply', value: formatNumber(load?.customersOut) },
          ]}
        />
      </Section>
      <Box sx={{ mt: 1.25 }}>
        <MapLink assetId={substation.assetId} shared={shared} />
      </Box>
      <p style={{ fontSize: '0.75rem' }}>
        Flows are those of the planning base case, loading is against the rating in the air of the newest hour where it is known. Click a part for its facts; a double click on a circuit opens its
        diagram.
      </p>
    </>
  );
}
