import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Chip from '@mui/material/Chip';
import Typography from '@mui/material/Typography';
import { useCallback, useMemo, useState } from 'react';
import { useMutation, useQuery } from 'urql';

import { formatAge, formatInstant, formatNumber, humanize, plural } from '../../../lib/format';
import { problemOf } from '../../../lib/graphql/errors';
import type { Problem } from '../../../lib/graphql/errors';
import { DataTable } from '../../../ui/DataTable';
import type { ShownColumn } from '../../../ui/DataTable';
import { JobProgress } from '../../../ui/JobProgress';
import { EmptyState, ErrorState, LoadingState } from '../../../ui/StateMessage';
import { Refusal } from '../common/Refusal';
import { Section } from '../common/Section';
import { refusalOf } from '../common/outcome';
import { maySee } from '../common/permissions';
import type { Account } from '../common/permissions';
import { useLiveRefresh } from '../common/useLiveRefresh';

import { SummaryTable } from './SummaryTable';
import { StartSyncMutation, SyncJobsQuery, SyncLayersQuery } from './queries';
import type { SyncAlert, SyncLayer } from './queries';
import { ageText, alertText, layerColour, statesOf } from './words';

const SYNC_KINDS = ['grid.sync'];

interface Props {
  account: Account;
  selected: string | null;
  onSelect: (key: string) => void;
  timeZone: string | undefined;
}

/** All sync layers with their age, counts and schedule; alarms; what the cache holds. */
export function LayersPart({ account, selected, onSelect, timeZone }: Props) {
  const [{ data, error, fetching }, refetch] = useQuery({ query: SyncLayersQuery, requestPolicy: 'cache-and-network' });
  const [{ data: jobs }, refetchJobs] = useQuery({ query: SyncJobsQuery, variables: { first: 50 }, requestPolicy: 'cache-and-network' });
  const refresh = useCallback(() => {
    refetch({ requestPolicy: 'network-only' });
    refetchJobs({ requestPolicy: 'network-only' });
  }, [refetch, refetchJobs]);
  useLiveRefresh(SYNC_KINDS, refresh);
  const [{ fetching: isStarting }, startSync] = useMutation(StartSyncMutation);
  const [problem, setProblem] = useState<Problem | null>(null);
  const columns = useMemo(() => layerColumns(onSelect, timeZone), [onSelect, timeZone]);
  const layers = data?.syncLayers;
  const running = jobs?.jobs.edges.map(({ node }) => node).filter((job) => job.status === 'RUNNING' || job.status === 'QUEUED') ?? [];

  const syncAll = async (): Promise<void> => {
    const result = await startSync({ input: { layers: null } });
    setProblem(refusalOf(result, result.data?.startSync));
    refresh();
  };

  if (layers === undefined) {
    if (error !== undefined && !fetching) {
      return <ErrorState title="The sync layers could not be loaded" detail={problemOf(error).message} onRetry={refresh} />;
    }
    return <LoadingState label="Loading the sync layers" minHeight={320} />;
  }
  return (
    <>
      <Alarms alerts={data?.syncAlerts ?? []} layers={layers} onSelect={onSelect} timeZone={timeZone} />
      <Section
        title="Layers of the cache"
        note={
          <Box component="span" sx={{ display: 'inline-flex', gap: 0.75, flexWrap: 'wrap' }} data-testid="layer-states">
            {statesOf(layers).map(({ status, count }) => (
              <Chip key={status} variant="outlined" color={layerColour(status)} label={`${formatNumber(count)} ${humanize(status).toLowerCase()}`} />
            ))}
          </Box>
        }
        actions={
          maySee(account, 'grid.change_synclayer') && (
            <Button variant="outlined" disabled={isStarting} onClick={() => void syncAll()} data-testid="sync-all">
              Sync all layers
            </Button>
          )
        }
      >
        <Refusal problem={problem} onClose={() => setProblem(null)} />
        {running.map((job) => (
          <Box key={job.jobId} sx={{ mb: 1, maxWidth: 640 }} data-testid="running-sync">
            <Typography variant="caption">{job.title}</Typography>
            <JobProgress job={job} />
          </Box>
        ))}
        {layers.length === 0 ? (
          <EmptyState title="No layer is defined" />
        ) : (
          <DataTable
            label="Sync layers"
            testId="layers-table"
            rowTestId="sync-layer"
            csv="sync-layers"
            maxHeightPx={null}
            columns={columns}
            rows={layers}
            rowKey={(layer) => layer.key}
            isSelected={(layer) => layer.key === selected}
          />
        )}
      </Section>
      <SummaryTable timeZone={timeZone} />
    </>
  );
}

function layerColumns(onSelect: (key: string) => void, timeZone: string | undefined): ShownColumn<SyncLayer>[] {
  return [
    {
      key: 'title',
      label: 'Layer',
      value: (layer) => layer.title,
      cell: (layer) => (
        <Button onClick={() => onSelect(layer.key)} sx={{ p: 0, minWidth: 0, textAlign: 'left' }} data-testid={`open-layer-${layer.key}`}>
          {layer.title}
        </Button>
      ),
    },
    {
      key: 'status',
      label: 'Status',
      value: (layer) => layer.status,
      cell: (layer) => <Chip variant="outlined" color={layerColour(layer.status)} label={humanize(layer.status)} title={layer.lastError ?? undefined} />,
    },
    {
      key: 'age',
      label: 'Age',
      isNumber: true,
      value: (layer) => layer.ageS,
      cell: (layer) => (
        <Box component="span" sx={{ color: layer.isTooOld === true ? 'warning.main' : undefined }}>
          {ageText(layer)}
          {layer.isTooOld === true && ', too old'}
        </Box>
      ),
    },
    { key: 'limit', label: 'Limit', isNumber: true, value: (layer) => layer.maxAgeS, cell: (layer) => formatAge(layer.maxAgeS) },
    { key: 'rows', label: 'Rows', isNumber: true, value: (layer) => layer.rowCount },
    {
      key: 'rejects',
      label: 'Refused',
      isNumber: true,
      value: (layer) => layer.rejectCount,
      cell: (layer) => (
        <Box component="span" sx={{ color: (layer.rejectCount ?? 0) > 0 ? 'warning.main' : undefined }}>
          {formatNumber(layer.rejectCount)}
        </Box>
      ),
    },
    { key: 'lastRun', label: 'Last run', value: (layer) => layer.lastRunAt, cell: (layer) => formatInstant(layer.lastRunAt, timeZone) },
    {
      key: 'next',
      label: 'Next look',
      value: (layer) => layer.nextRunAt,
      cell: (layer) => (layer.isPaused ? 'paused' : formatInstant(layer.nextRunAt, timeZone)),
    },
  ];
}

interface AlarmsProps {
  alerts: readonly SyncAlert[];
  layers: readonly SyncLayer[];
  onSelect: (key: string) => void;
  timeZone: string | undefined;
}

/** Layers that are too old for operations now. */
function Alarms({ alerts, layers, onSelect, timeZone }: AlarmsProps) {
  if (alerts.length === 0) return null;
  return (
    <Alert severity="warning" variant="outlined" sx={{ mb: 2 }} data-testid="sync-alarms">
      <strong>{plural(alerts.length, 'layer is', 'layers are')} too old for operations</strong>
      <Box component="ul" sx={{ m: 0, pl: 2.5 }}>
        {alerts.map((alert) => (
          <li key={`${alert.layer} ${alert.raisedAt}`}>
            <Button color="inherit" onClick={() => onSelect(alert.layer)} sx={{ p: 0, minWidth: 0, textDecoration: 'underline' }}>
              {layers.find((layer) => layer.key === alert.layer)?.title ?? alert.layer}
            </Button>
            , since {formatInstant(alert.raisedAt, timeZone)}: {alertText(alert)} {alert.detail}
          </li>
        ))}
      </Box>
    </Alert>
  );
}
