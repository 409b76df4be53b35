import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Link from '@mui/material/Link';
import Typography from '@mui/material/Typography';
import { useEffect, useMemo, useState } from 'react';
import { useQuery } from 'urql';

import { formatDuration, formatInstant, formatNumber, formatQuantity, plural } from '../../../lib/format';
import { problemOf } from '../../../lib/graphql/errors';
import { isFinished } from '../../../lib/jobs/status';
import { useJobUpdates } from '../../../lib/jobs/useJobUpdates';
import { Chart } from '../../../ui/Chart';
import type { ChartOption } from '../../../ui/Chart';
import { FactList } from '../../../ui/FactList';
import { Fold } from '../../../ui/Fold';
import { JobProgress } from '../../../ui/JobProgress';
import { ErrorState, LoadingState } from '../../../ui/StateMessage';
import { Note, Part } from '../run/Part';
import { listAt, numberAt, textAt } from '../scenario/document';
import { useStartRun } from '../useStartRun';

import { ContingencyTable } from './ContingencyTable';
import { exceedanceOf, kindLabel, quantilesOf } from './batch';
import { BatchFilesQuery, BatchQuery, ScenarioVersionsQuery } from './queries';
import type { BatchDetail, ContingencyRow } from './queries';
import { runOf } from './runOf';

interface Props {
  batchId: string;
  canRun: boolean;
  timeZone: string | undefined;
  onOpenRun: (runId: string) => void;
}

/** One screening: how far it is, and what it found. */
export function BatchView({ batchId, canRun, timeZone, onOpenRun }: Props) {
  const [{ data, error, fetching }, refetch] = useQuery({ query: BatchQuery, variables: { id: batchId }, requestPolicy: 'cache-and-network' });
  const batch = data?.cascadeBatch ?? null;
  const isActive = batch !== null && !isFinished(batch.job.status);
  useJobUpdates(batch?.job.jobId ?? null, isActive);
  const needsResult = batch?.job.status === 'SUCCEEDED' && batch.statistics == null;
  useEffect(() => {
    if (needsResult) refetch({ requestPolicy: 'network-only' });
  }, [needsResult, refetch]);
  if (batch === null) {
    if (fetching) return <LoadingState label="Loading the screening" minHeight={220} />;
    return <ErrorState title="The screening could not be loaded" detail={error === undefined ? `There is no screening ${batchId} that you may see.` : problemOf(error).message} onRetry={refetch} />;
  }
  return (
    <Box component="article" aria-label={`Screening ${batch.name}`} data-testid="batch-view" data-batch-id={batch.batchId}>
      <Typography variant="overline" component="p" color="textSecondary">
        Screening {batch.batchId} · {kindLabel(batch.kind)}
      </Typography>
      <Typography variant="h2">{batch.name}</Typography>
      <Typography variant="caption" component="p" color="textSecondary">
        {formatInstant(batch.createdAt, timeZone)} · {batch.interconnect} interconnection · {batch.version == null ? settingsText(batch) : `${batch.version.name}, version ${batch.version.number}`}
      </Typography>
      {isActive && <JobProgress job={batch.job} />}
      {batch.job.status === 'FAILED' && (
        <Alert severity="error" variant="outlined" sx={{ mt: 1 }}>
          <strong>The screening failed.</strong> {batch.job.errorMessage || 'The server gave no reason.'}
        </Alert>
      )}
      {batch.job.status === 'CANCELLED' && (
        <Alert severity="info" variant="outlined" sx={{ mt: 1 }}>
          The screening was cancelled before it had a result.
        </Alert>
      )}
      {batch.job.status === 'SUCCEEDED' && batch.statistics != null && <Found batch={batch} canRun={canRun} onOpenRun={onOpenRun} />}
    </Box>
  );
}

function settingsText(batch: BatchDetail): string {
  const { params } = batch.inputs;
  return `load × ${formatNumber(numberAt(params, 'load_multiplier'), 2)}, ratings × ${formatNumber(numberAt(params, 'rating_multiplier'), 2)}, trips from ${formatQuantity((numberAt(params, 'trip_threshold_frac') ?? Number.NaN) * 100, '%', 0)}`;
}

function Found({ batch, canRun, onOpenRun }: { batch: BatchDetail; canRun: boolean; onOpenRun: (runId: string) => void }) {
  const { start, isStarting, refusal } = useStartRun();
  const [{ data: versions }] = useQuery({ query: ScenarioVersionsQuery, pause: batch.version == null });
  const [missing, setMissing] = useState(false);
  const open = async (outages: string[], row: ContingencyRow): Promise<void> => {
    const scenario = versions?.scenarios.edges.find(({ node }) => node.versions.some(({ id }) => id === batch.version?.id))?.node.scenarioId ?? null;
    const ready = runOf(batch, outages, row, scenario);
    setMissing(ready === null);
    if (ready === null) return;
    const runId = await start(ready);
    if (runId !== null) onOpenRun(runId);
  };
  const { statistics, screening } = batch;
  return (
    <>
      <Box sx={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(280px, 1fr))', columnGap: 3 }}>
        <Part title="What it found">
          <FactList
            facts={[
              { label: 'Contingencies', value: formatNumber(batch.contingencyCount) },
              { label: 'that lose load', value: formatNumber(batch.losingCount) },
              { label: 'not solved', value: formatNumber(batch.unsolvedCount) },
              { label: 'Worst', value: formatQuantity(batch.worstShedMw, 'MW', 1) },
              { label: 'Mean', value: formatQuantity(batch.meanShedMw, 'MW', 1) },
              ...quantilesOf(statistics).map(({ name, lostMw }) => ({ label: name, value: formatQuantity(lostMw, 'MW', 1) })),
              { label: 'Trips that each loss brings', value: formatNumber(numberAt(statistics, 'branching_ratio'), 3) },
              { label: 'Unserved with nothing out', value: formatQuantity(batch.baseShedMw, 'MW', 1) },
            ]}
          />
        </Part>
        <Part title="How often so much is lost">
          <LossChart statistics={statistics} />
        </Part>
      </Box>
      {screening != null && (
        <Note>
          Of {plural(screening.pairCount, 'pair')}, {formatNumber(screening.removedCount)} surely overload nothing; {formatNumber(screening.overloadingCount)} overload something (
          {formatNumber(screening.onlyTogetherCount)} only together), {formatNumber(screening.undecidedCount)} were run undecided. Screened in {formatDuration(screening.elapsedMs)}.
        </Note>
      )}
      <Fold summary={<span>Branches that trip most, and where most trips pass</span>} testId="batch-roles">
        <Box sx={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(260px, 1fr))', gap: 2 }}>
          <Roles title="Trip most" rows={listAt(statistics, 'most_tripped')} number="cascades" unit="cascades" />
          <Roles title="Trips avoided if nothing followed" rows={listAt(statistics, 'choke_points')} number="avoided_trips" unit="trips" />
        </Box>
      </Fold>
      <Part title="Contingencies by severity" action={<Files batchId={batch.batchId} />}>
        {(refusal !== null || missing) && (
          <Alert severity="error" variant="outlined" data-testid="open-refused">
            {refusal?.message ?? 'The scenario of this screening is no longer there.'}
          </Alert>
        )}
        <ContingencyTable batch={batch} canRun={canRun} isStarting={isStarting} onRun={(outages, row) => void open(outages, row)} />
      </Part>
    </>
  );
}

function LossChart({ statistics }: { statistics: unknown }) {
  const points = useMemo(() => exceedanceOf(statistics), [statistics]);
  const option = useMemo(
    (): ChartOption => ({
      grid: { left: 48, right: 16, top: 12, bottom: 36 },
      tooltip: { trigger: 'axis', confine: true },
      xAxis: { type: 'log', name: 'MW lost, at least', nameLocation: 'middle', nameGap: 22 },
      yAxis: { type: 'value', min: 0, max: 100, axisLabel: { formatter: '{value}%' } },
      series: [{ type: 'line', step: 'end', name: 'Share of contingencies, %', symbol: 'none', data: points.map(({ atLeastMw, probability }) => [atLeastMw, Math.round(probability * 10_000) / 100]) }],
    }),
    [points],
  );
  if (points.length === 0) return <Note>No contingency loses load.</Note>;
  return <Chart option={option} heightPx={200} label="Share of the contingencies that lose at least so many MW" />;
}

function Roles({ title, rows, number, unit }: { title: string; rows: readonly unknown[]; number: string; unit: string }) {
  return (
    <Box>
      <Typography variant="h3" component="h4" color="textSecondary">
        {title}
      </Typography>
      <Box component="ol" sx={{ m: 0, pl: 2.5 }}>
        {rows.slice(0, 10).map((row, i) => (
          <li key={i}>
            {textAt(row, 'name') ?? textAt(row, 'branch_id')}: {formatNumber(numberAt(row, number))} {unit}
          </li>
        ))}
      </Box>
    </Box>
  );
}

function Files({ batchId }: { batchId: string }) {
  const [{ data }] = useQuery({ query: BatchFilesQuery, variables: { id: batchId } });
  const files = data?.cascadeBatch;
  if (files == null) return null;
  const links = [
    ['Contingencies CSV', files.contingenciesCsv],
    ['Trips CSV', files.tripsCsv],
    ['Influence CSV', files.influenceCsv],
    ['Statistics JSON', files.statisticsJson],
  ] as const;
  return (
    <Typography variant="caption">
      {links.map(([label, url], i) => (
        <span key={label}>
          {i > 0 && ' · '}
          <Link href={url} download>
            {label}
          </Link>
        </span>
      ))}
    </Typography>
  );
}
