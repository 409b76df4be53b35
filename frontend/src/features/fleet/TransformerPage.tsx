import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useMemo } from 'react';
import { useQuery } from 'urql';

import { formatInstant, formatNumber, formatQuantity, UNKNOWN } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { navigate, useSearchString } from '../../lib/location';
import { ErrorBoundary } from '../../ui/ErrorBoundary';
import { FactList } from '../../ui/FactList';
import { LoadingBadge } from '../../ui/LoadingBadge';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';

import { HealthPanel } from './HealthPanel';
import { AgeingPanel, LoadPanel } from './LoadPanel';
import { NextDayPanel } from './NextDayPanel';
import { OutagesPanel } from './OutagesPanel';
import { Panel } from './Panel';
import { PredictionPanel } from './PredictionPanel';
import { WorkPanel } from './WorkPanel';
import { DEFAULT_FLEET, encodeFleet } from './address';
import { FLEET_PATH, onMapPath, transformerPath } from './links';
import { stressOf } from './overheating';
import { DEFAULT_DAYS, daysOf, periodOf, withDays } from './period';
import { MAY } from './permissions';
import { RiskRunQuery } from './queries';
import { recommend } from './recommendation';
import { AppLink } from './table';
import { AgeingQuery, FailureQuery, TransformerHealthQuery, TransformerPageQuery } from './transformerQueries';
import type { Ageing, Health, Transformer } from './transformerQueries';

interface Props {
  assetId: string;
  permissions: readonly string[];
  timeZone: string | undefined;
}

/** All that is known of one transformer, and what to do about it. */
export function TransformerPage({ assetId, permissions, timeZone }: Props) {
  const [{ data, error, fetching }, refetch] = useQuery({
    query: TransformerPageQuery,
    variables: { assetId },
    pause: !permissions.includes(MAY.transformers),
  });
  const transformer = data?.transformer;
  return (
    <Box sx={{ height: '100%', overflow: 'auto', p: 2 }} data-testid="transformer-page" data-asset-id={assetId}>
      <Typography variant="caption" component="nav" aria-label="Back" sx={{ '& a': { textDecoration: 'underline' } }}>
        <AppLink to={FLEET_PATH}>Asset health</AppLink> / transformer {assetId}
      </Typography>
      {!permissions.includes(MAY.transformers) ? (
        <EmptyState title="Your account may not see transformers" detail="Ask an administrator for it." />
      ) : transformer == null ? (
        fetching ? (
          <LoadingState label={`Loading ${assetId}`} minHeight={320} />
        ) : error !== undefined && problemOf(error).code !== 'NOT_FOUND' ? (
          <ErrorState title={`${assetId} could not be loaded`} detail={problemOf(error).message} onRetry={refetch} />
        ) : (
          <EmptyState title={`${assetId} was not found`} detail="There is no such transformer, or your account may not see it." />
        )
      ) : (
        <Found key={assetId} transformer={transformer} permissions={permissions} timeZone={timeZone} />
      )}
    </Box>
  );
}

function Found({ transformer, permissions, timeZone }: { transformer: Transformer } & Omit<Props, 'assetId'>) {
  const { assetId } = transformer;
  const may = (permission: string): boolean => permissions.includes(permission);
  const days = daysOf(useSearchString());
  const [health, refetchHealth] = useQuery({
    query: TransformerHealthQuery,
    variables: { filters: { assetId: { exact: assetId }, assetKind: { exact: 'TRANSFORMER' } } },
    pause: !may(MAY.healths),
    requestPolicy: 'cache-and-network',
  });
  const [failure, refetchFailure] = useQuery({
    query: FailureQuery,
    variables: { filters: { transformerId: { exact: assetId } } },
    pause: !may(MAY.failures),
    requestPolicy: 'cache-and-network',
  });
  const [run, refetchRun] = useQuery({ query: RiskRunQuery, pause: !may(MAY.failures), requestPolicy: 'cache-and-network' });
  const ageing = useRecentAgeing(transformer);
  const knownHealth = health.data === undefined ? undefined : (health.data.assetHealths.edges[0]?.node ?? null);
  const knownFailure = failure.data === undefined ? undefined : (failure.data.transformerFailures.edges[0]?.node ?? null);
  const stress = stressOf(transformer, ageing ?? null, knownFailure ?? null);
  const isWeighed =
    ageing !== undefined &&
    (knownHealth !== undefined || health.error !== undefined || !may(MAY.healths)) &&
    (knownFailure !== undefined || failure.error !== undefined || !may(MAY.failures));
  const panels = { display: 'grid', gap: 1.5, alignContent: 'start', minWidth: 0 };
  return (
    <>
      <Box sx={{ display: 'flex', alignItems: 'baseline', gap: 2, mb: 1.5, flexWrap: 'wrap' }}>
        <Typography variant="h1" component="h2">
          {transformer.name}
        </Typography>
        <AppLink to={onMapPath(assetId)} testId="show-on-map">
          Show it on the map
        </AppLink>
      </Box>
      <Box sx={{ display: 'grid', gap: 1.5, gridTemplateColumns: { xs: 'minmax(0, 1fr)', lg: 'minmax(0, 1.35fr) minmax(0, 1fr)' } }}>
        <Box sx={panels}>
          <WorkPanel
            transformer={transformer}
            recommendation={isWeighed ? recommend(knownFailure ?? null, knownHealth ?? null, stress) : undefined}
            isHotSpotKnown={stress.hotSpotC !== null}
            canSeeOrders={may(MAY.orders)}
            canOrder={may(MAY.order)}
            timeZone={timeZone}
          />
          <LoadPanel
            transformer={transformer}
            days={days}
            onDays={(next) => navigate(withDays(transformerPath(assetId), next), { replace: true })}
            timeZone={timeZone}
          />
          {may(MAY.failures) && (
            <ErrorBoundary name="The prediction">
              <PredictionPanel
                failure={knownFailure}
                run={run.data === undefined ? undefined : (run.data.transformerRiskRun ?? null)}
                error={failure.fetching || run.fetching ? undefined : (failure.error ?? run.error)}
                onRetry={() => {
                  refetchFailure({ requestPolicy: 'network-only' });
                  refetchRun({ requestPolicy: 'network-only' });
                }}
                timeZone={timeZone}
              />
            </ErrorBoundary>
          )}
          {may(MAY.outages) && <OutagesPanel transformer={transformer} faults={faultsOf(knownHealth)} timeZone={timeZone} />}
        </Box>
        <Box sx={panels}>
          {may(MAY.healths) && (
            <HealthPanel
              health={knownHealth}
              error={health.fetching ? undefined : health.error}
              onRetry={() => refetchHealth({ requestPolicy: 'network-only' })}
              timeZone={timeZone}
            />
          )}
          <AgeingPanel transformer={transformer} days={days} timeZone={timeZone} />
          {may(MAY.forecasts) && <NextDayPanel assetId={assetId} />}
          <AboutPanel transformer={transformer} timeZone={timeZone} />
        </Box>
      </Box>
    </>
  );
}

/** Of the same days whatever the panels show; undefined: on its way, null: not known. */
function useRecentAgeing({ assetId, latestLoad }: Transformer): Ageing | null | undefined {
  const newest = latestLoad?.loadHour ?? null;
  const period = useMemo(() => (newest === null ? null : periodOf(newest, DEFAULT_DAYS)), [newest]);
  const [{ data, error }] = useQuery({
    query: AgeingQuery,
    variables: { assetId, start: period?.start ?? '', end: period?.end ?? '' },
    pause: period === null,
  });
  if (period === null || error !== undefined) return null;
  return data?.transformerAgeing;
}

/** What its health counts; null: not known. */
function faultsOf(health: Health | null | undefined): number | null {
  const part = health?.contributions.find((each) => each.evidence === 'FAULTS');
  return part?.isKnown === true ? (part.value ?? null) : null;
}

function AboutPanel({ transformer, timeZone }: { transformer: Transformer; timeZone: string | undefined }) {
  const { latestLoad, circuit, substation } = transformer;
  const isBound = latestLoad?.coveragePct != null && latestLoad.coveragePct < 100;
  const ofIts = (within: string): string => `${FLEET_PATH}${encodeFleet({ ...DEFAULT_FLEET, within })}`;
  return (
    <Panel title="The transformer" testId="transformer-about">
      <FactList
        facts={[
          { label: 'Rating', value: formatQuantity(transformer.ratedKva, 'kVA') },
          { label: 'Voltages', value: `${formatQuantity(transformer.primaryKv, '')} / ${formatQuantity(transformer.secondaryKv, 'kV')}` },
          { label: 'Phases', value: transformer.phases },
          { label: 'Customers', value: formatNumber(transformer.customerCount) },
          { label: 'Installed', value: transformer.installYear ?? UNKNOWN },
          { label: 'Latest load', value: `${isBound ? 'at least ' : ''}${formatQuantity(latestLoad?.loadKva, 'kVA', 1)}` },
          { label: 'Latest loading', value: <LoadingBadge loadingPct={latestLoad?.loadingPct} /> },
          { label: 'In the hour from', value: formatInstant(latestLoad?.loadHour, timeZone) },
          { label: 'Peak loading on record', value: <LoadingBadge loadingPct={transformer.peakLoadingPct} /> },
          { label: 'Circuit', value: <AppLink to={ofIts(circuit.assetId)}>{circuit.name}</AppLink> },
          { label: 'Substation', value: <AppLink to={ofIts(substation.assetId)}>{substation.name}</AppLink> },
        ]}
      />
    </Panel>
  );
}
