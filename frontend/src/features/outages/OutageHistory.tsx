import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useCallback, useState } from 'react';
import { useQuery } from 'urql';

import { formatInstant, formatNumber, humanize, plural } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { Fold } from '../../ui/Fold';
import { ErrorLine, LoadingState } from '../../ui/StateMessage';

import { OutageListNews } from './news';
import { OutageHistoryQuery } from './queries';
import type { Interruption, Outage } from './queries';
import { useFresh } from './useFresh';

const EVENTS = 50;
/** Devices listed; the form of the restoration has them all. */
const LISTED = 50;

interface StepsProps {
  outage: Outage;
  steps: readonly { stepNumber: number; restoredAt: string; customersRestored: number }[];
  /** Who is still out; undefined: over, not loaded, or not for this account. */
  open: { totalCount: number; edges: readonly { node: Interruption }[] } | undefined;
  timeZone: string;
  onAsset: (assetId: string) => void;
}

/** How customers came back so far, and who is still out. */
export function StepsFold({ outage, steps, open, timeZone, onAsset }: StepsProps) {
  return (
    <Box sx={{ mt: 1.5 }}>
      {steps.length > 0 && (
        <Fold summary={`Restored in ${plural(steps.length, 'step')}`} isOpenAtFirst testId="restoration-steps">
          <Box component="ol" sx={{ m: 0, pl: 2 }}>
            {steps.map((step) => (
              <li key={step.stepNumber}>
                {formatInstant(step.restoredAt, timeZone)}: {plural(step.customersRestored, 'customer')}
              </li>
            ))}
          </Box>
        </Fold>
      )}
      {open !== undefined && open.totalCount > 0 && (
        <Fold summary={`Still out: ${plural(open.totalCount, 'device')}, ${plural(outage.customersOut, 'customer')}`} testId="open-interruptions">
          <Box component="ul" sx={{ m: 0, pl: 2 }}>
            {open.edges.slice(0, LISTED).map(({ node }) => {
              const device = node.meter ?? node.transformer;
              return (
                <li key={node.assetId}>
                  <Button onClick={() => onAsset(device.assetId)} sx={{ p: 0, minWidth: 0, fontSize: 'inherit' }}>
                    {device.assetId}
                  </Button>
                  : {plural(node.customers, 'customer')} since {formatInstant(node.startedAt, timeZone)}
                </li>
              );
            })}
          </Box>
          {open.totalCount > LISTED && `${formatNumber(open.totalCount - LISTED)} more.`}
        </Fold>
      )}
    </Box>
  );
}

/** Every change of the outage, asked for when it is unfolded. */
export function HistoryFold({ assetId, timeZone }: { assetId: string; timeZone: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Box sx={{ mt: 1 }} onToggle={(event) => setOpen((event.target as HTMLDetailsElement).open)}>
      <Fold summary="History" testId="outage-history">
        {isOpen && <History assetId={assetId} timeZone={timeZone} />}
      </Fold>
    </Box>
  );
}

function History({ assetId, timeZone }: { assetId: string; timeZone: string }) {
  const [{ data, error, fetching }, refetch] = useQuery({ query: OutageHistoryQuery, variables: { assetId, first: EVENTS } });
  const refresh = useCallback(() => refetch({ requestPolicy: 'network-only' }), [refetch]);
  useFresh(refresh, OutageListNews);
  const history = data?.outage?.history;
  if (history === undefined) {
    if (error !== undefined && !fetching) return <ErrorLine title={problemOf(error).message} onRetry={refresh} />;
    return <LoadingState label="Loading the history" minHeight={48} />;
  }
  if (history.totalCount === 0) return <Typography variant="caption">No change is on record.</Typography>;
  return (
    <Box component="ol" sx={{ listStyle: 'none', m: 0, p: 0 }}>
      {history.edges.map(({ node }) => (
        <li key={node.id}>
          {formatInstant(node.at, timeZone)}: {humanize(node.action).toLowerCase()}
          {node.fromStatus !== node.toStatus && `, now ${humanize(node.toStatus).toLowerCase()}`}, by {node.actor ?? 'the system'}
          {node.note != null && node.note !== '' && ` – ${node.note}`}
        </li>
      ))}
      {history.totalCount > EVENTS && <li>{formatNumber(history.totalCount - EVENTS)} older changes are not shown.</li>}
    </Box>
  );
}
