import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Chip from '@mui/material/Chip';
import Typography from '@mui/material/Typography';
import { useCallback, useMemo } from 'react';
import { useQuery } from 'urql';

import { ageSeconds, formatAge, formatInstant, formatNumber, humanize, UNKNOWN } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { isOverdue } from '../../lib/overdue';
import { FactList } from '../../ui/FactList';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';
import { useNow } from '../../ui/useNow';

import { HistoryFold, StepsFold } from './OutageHistory';
import { OutageOrders } from './OutageOrders';
import { OutageStepsBar } from './OutageSteps';
import { useCrewDrop } from './drag';
import { OutageListNews } from './news';
import { InterruptionsQuery, OutageDetailQuery, RestorationEstimateQuery } from './queries';
import type { CrewOnBoard, Outage } from './queries';
import { deviceOf, isActive, outageSteps } from './steps';
import { useFresh } from './useFresh';
import { basisWords, causeWords, outageColour } from './words';

/** Interruptions that are listed; the count says how many there are. */
const LISTED = 200;

export interface OutageViewProps {
  assetId: string;
  permissions: ReadonlySet<string>;
  timeZone: string;
  crews: readonly CrewOnBoard[];
  onAssign: ((outage: Outage, crewId: string) => void) | null;
  /** Show an asset on the map. */
  onAsset: (assetId: string) => void;
  onLocate: (assetId: string, at: { lon: number; lat: number }) => void;
  onBack: () => void;
}

/** The selected outage: what is known of it, and what can be done. */
export function OutageView(props: OutageViewProps) {
  const { assetId, onBack } = props;
  const [{ data, error, fetching }, refetch] = useQuery({
    query: OutageDetailQuery,
    variables: { assetId },
    requestPolicy: 'cache-and-network',
  });
  const refresh = useCallback(() => refetch({ requestPolicy: 'network-only' }), [refetch]);
  useFresh(refresh, OutageListNews);
  const outage = data?.outage;
  return (
    <Box data-testid="outage-view">
      <Button onClick={onBack} data-testid="back-to-list" sx={{ ml: -0.5, mb: 0.5 }}>
        ‹ All outages
      </Button>
      {outage == null ? (
        error !== undefined && !fetching ? (
          <ErrorState title="The outage could not be loaded" detail={problemOf(error).message} onRetry={refresh} />
        ) : data === undefined || fetching ? (
          <LoadingState label="Loading the outage" minHeight={240} />
        ) : (
          <EmptyState title={`There is no outage ${assetId}`} detail="Or it lies in a zone that your account may not see." />
        )
      ) : (
        <Facts {...props} outage={outage} steps={outage.steps} />
      )}
    </Box>
  );
}

type Steps = { stepNumber: number; restoredAt: string; customersRestored: number }[];

function Facts({ outage, steps, permissions, timeZone, crews, onAssign, onAsset, onLocate }: OutageViewProps & { outage: Outage; steps: Steps }) {
  const now = useNow();
  const device = deviceOf(outage);
  const active = isActive(outage.status);
  const possible = useMemo(() => outageSteps(outage), [outage]);
  const drop = useCrewDrop(onAssign !== null && possible.has('ASSIGN') ? (crewId) => onAssign(outage, crewId) : null);
  const canSeeInterruptions = permissions.has('grid.view_outageinterruption');
  const [interruptions, refetchInterruptions] = useQuery({
    query: InterruptionsQuery,
    variables: { outageId: outage.assetId, first: LISTED, isOpen: true },
    pause: !canSeeInterruptions || !active,
    requestPolicy: 'cache-and-network',
  });
  const refreshInterruptions = useCallback(() => {
    if (canSeeInterruptions && active) refetchInterruptions({ requestPolicy: 'network-only' });
  }, [canSeeInterruptions, active, refetchInterruptions]);
  useFresh(refreshInterruptions, OutageListNews);
  const open = active ? interruptions.data?.outageInterruptions : undefined;
  const colour = outageColour(outage.status);
  return (
    <>
      <Box
        data-testid="outage-drop"
        {...drop.handlers}
        sx={{ p: 0.5, mx: -0.5, borderRadius: 1, outline: drop.isOver ? '2px solid' : 'none', outlineColor: 'primary.main' }}
      >
        <Box sx={{ display: 'flex', alignItems: 'center', gap: 1, mb: 0.75 }}>
          <Typography variant="h2" component="h2" sx={{ flex: 1, minWidth: 0, overflowWrap: 'anywhere' }}>
            {outage.circuit.name} · {outage.assetId}
          </Typography>
          {outage.isPlanned && <Chip variant="outlined" label="Planned" />}
          <Chip variant="outlined" color={colour} label={humanize(outage.status)} data-testid="outage-status" />
        </Box>
        <FactList
          facts={[
            {
              label: active && outage.status === 'PREDICTED' ? 'Predicted device' : 'Device',
              value: (
                <Button onClick={() => onAsset(device.assetId)} sx={{ p: 0, minWidth: 0 }}>
                  {humanize(device.label)} {device.assetId}
                </Button>
              ),
            },
            { label: 'Circuit, substation', value: `${outage.circuit.name}, ${outage.substation.name}` },
            {
              label: 'Customers out',
              value: `${formatNumber(outage.customersOut)} of ${formatNumber(outage.customersInterrupted)} interrupted`,
            },
            { label: 'Began', value: `${formatInstant(outage.startedAt, timeZone)} (${formatAge(ageSeconds(outage.startedAt, now))} ago)` },
            { label: 'Known from', value: humanize(outage.source) },
            { label: 'Confirmed', value: outage.confirmedAt == null ? UNKNOWN : formatInstant(outage.confirmedAt, timeZone) },
            ...(outage.restoredAt == null ? [] : [{ label: 'Restored', value: formatInstant(outage.restoredAt, timeZone) }]),
            ...(active ? estimateFacts(outage, timeZone, now) : []),
            { label: 'Cause', value: causeWords(outage) },
            { label: 'Crew', value: outage.crew?.name ?? 'none assigned' },
            ...(outage.notes == null || outage.notes === '' ? [] : [{ label: 'Notes', value: outage.notes }]),
            { label: 'Last change', value: `${formatInstant(outage.updatedAt, timeZone)}, version ${outage.version}` },
          ]}
        />
        {active && <EstimateBasis outageId={outage.assetId} version={outage.version} timeZone={timeZone} />}
        <Button onClick={() => onLocate(outage.assetId, outage)} sx={{ p: 0, mt: 0.5, minWidth: 0 }}>
          Show on the map
        </Button>
      </Box>
      {permissions.has('grid.change_outage') && (
        <OutageStepsBar
          outage={outage}
          possible={possible}
          crews={crews}
          open={open?.edges.map(({ node }) => node) ?? []}
          openCount={open?.totalCount ?? 0}
          timeZone={timeZone}
          onAssign={onAssign}
        />
      )}
      <StepsFold outage={outage} steps={steps} open={open} timeZone={timeZone} onAsset={onAsset} />
      {permissions.has('grid.view_workorder') && (
        <OutageOrders outage={outage} permissions={permissions} crews={crews} timeZone={timeZone} />
      )}
      <HistoryFold assetId={outage.assetId} timeZone={timeZone} />
    </>
  );
}

function estimateFacts(outage: Outage, timeZone: string, nowMs: number): { label: string; value: React.ReactNode }[] {
  if (outage.estimatedRestorationAt == null) return [{ label: 'Back by', value: 'no estimate yet' }];
  const isLate = isOverdue(outage, nowMs);
  return [
    { label: 'Back by (P50)', value: formatInstant(outage.estimatedRestorationAt, timeZone) },
    {
      label: 'Back by (P80)',
      value: (
        <Box component="span" sx={{ color: isLate ? 'warning.main' : undefined }}>
          {formatInstant(outage.estimatedRestorationP80At, timeZone)}
          {isLate ? ', which is past' : ''}
        </Box>
      ),
    },
  ];
}

/** What the times given rest on: the estimate of this moment. */
function EstimateBasis({ outageId, version, timeZone }: { outageId: string; version: number; timeZone: string }) {
  // The version is no argument of the question: a changed outage is asked for anew.
  return <Basis key={version} outageId={outageId} timeZone={timeZone} />;
}

function Basis({ outageId, timeZone }: { outageId: string; timeZone: string }) {
  const [{ data, error }] = useQuery({
    query: RestorationEstimateQuery,
    variables: { outageId },
    requestPolicy: 'network-only',
  });
  const estimate = data?.restorationEstimate;
  if (estimate == null && error === undefined) return null;
  return (
    <Typography variant="caption" component="p" color="textSecondary" sx={{ mt: 0.5 }} data-testid="estimate-basis">
      {estimate == null
        ? `What an estimate made now would say is not known: ${error === undefined ? '' : problemOf(error).message}`
        : `Made now, the estimate is ${formatInstant(estimate.p50At, timeZone)} (P50) and ${formatInstant(estimate.p80At, timeZone)} (P80), ${basisWords(estimate)}.`}
    </Typography>
  );
}
