import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useQuery } from 'urql';

import { followLink } from '../../lib/followLink';
import { formatInstant, formatNumber, formatQuantity } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { FactList } from '../../ui/FactList';
import { OnDemand } from '../../ui/OnDemand';
import { ErrorState, LoadingState } from '../../ui/StateMessage';

import { Connected } from './Connected';
import { TreesAlong, TreesAtPlace } from './NearbyTrees';
import { useCardActions } from './cardActions';
import type { AssetKind } from './kinds';
import { CustomersBehindQuery } from './moreQueries';

interface Props {
  assetId: string;
  kind: AssetKind;
  at: { lon: number; lat: number } | null;
  /** The circuit it belongs to, or itself. */
  circuitId: string | null;
}

const FEEDS: ReadonlySet<AssetKind> = new Set(['substation', 'circuit', 'line', 'switch', 'transformer', 'meter']);
const STANDS: ReadonlySet<AssetKind> = new Set(['substation', 'switch', 'pole', 'transformer', 'meter']);

/** Below the facts of a card: where else to go, what is connected, whom it concerns, and trees near it. */
export function CardMore({ assetId, kind, at, circuitId }: Props) {
  const { permissions } = useCardActions();
  const hasRoute = kind === 'line' || kind === 'branch';
  return (
    <>
      <Elsewhere assetId={assetId} kind={kind} circuitId={circuitId} />
      <Connected assetId={assetId} kind={kind} />
      {FEEDS.has(kind) && permissions.has('grid.view_customer') && (
        <OnDemand title="Customers behind it">
          <CustomersBehind assetId={assetId} />
        </OnDemand>
      )}
      {(hasRoute || (STANDS.has(kind) && at !== null)) && permissions.has('grid.view_treerisk') && (
        <OnDemand title="Trees near it">
          {hasRoute ? <TreesAlong assetId={assetId} isLine={kind === 'line'} /> : at !== null && <TreesAtPlace at={at} />}
        </OnDemand>
      )}
    </>
  );
}

/** The same asset in other workspaces. */
function Elsewhere({ assetId, kind, circuitId }: { assetId: string; kind: AssetKind; circuitId: string | null }) {
  const { permissions, onAsk } = useCardActions();
  const subject = kind === 'substation' ? assetId : circuitId;
  const links = [
    ...(subject !== null && permissions.has('grid.view_circuit')
      ? [{ label: 'Open in topology', href: `/topology?of=${encodeURIComponent(subject)}&sel=${encodeURIComponent(assetId)}` }]
      : []),
    ...(kind === 'transformer' && permissions.has('grid.view_transformer')
      ? [{ label: 'Asset health', href: `/assets/${encodeURIComponent(assetId)}` }]
      : []),
    ...(circuitId !== null && permissions.has('grid.view_outage')
      ? [{ label: 'Outages of its circuit', href: `/outages?show=all&circuit=${encodeURIComponent(circuitId)}` }]
      : []),
  ];
  return (
    <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 0.75, mt: 1.25, mb: 0.5 }} data-testid="card-links">
      {links.map(({ label, href }) => (
        <Button key={label} component="a" variant="outlined" href={href} onClick={followLink} sx={{ py: 0 }}>
          {label}
        </Button>
      ))}
      {permissions.has('agent.use_assistant') && (
        <Button variant="outlined" onClick={onAsk} sx={{ py: 0 }} data-testid="ask-assistant">
          Ask the assistant
        </Button>
      )}
    </Box>
  );
}

function CustomersBehind({ assetId }: { assetId: string }) {
  const { timeZone } = useCardActions();
  const [{ data, error, fetching }, refetch] = useQuery({ query: CustomersBehindQuery, variables: { deviceId: assetId } });
  if (data?.outageImpact === undefined) {
    if (error !== undefined && !fetching) return <ErrorState title="They could not be counted" detail={problemOf(error).message} onRetry={refetch} />;
    return <LoadingState label="Counting customers" minHeight={60} />;
  }
  const impact = data.outageImpact;
  return (
    <div data-testid="customers-behind">
      <FactList
        facts={[
          { label: 'Customers', value: formatNumber(impact.customers) },
          { label: 'Of them critical', value: formatNumber(impact.criticalCustomers) },
          { label: 'Meters', value: formatNumber(impact.meters) },
          { label: 'Transformers', value: formatNumber(impact.transformers) },
          { label: 'Load', value: formatQuantity(impact.loadKw, 'kW', 0) },
        ]}
      />
      <Typography variant="caption" component="p" color="textSecondary">
        With every switch in its normal position.{' '}
        {impact.loadKw != null &&
          `Load of the hour from ${formatInstant(impact.loadHour, timeZone)}, known of ${formatNumber(impact.transformersWithLoad)} transformers.`}
      </Typography>
    </div>
  );
}
