import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Chip from '@mui/material/Chip';
import FormControlLabel from '@mui/material/FormControlLabel';
import IconButton from '@mui/material/IconButton';
import Link from '@mui/material/Link';
import Switch from '@mui/material/Switch';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';

import { followLink } from '../../../lib/followLink';
import { formatAge, formatInstant, formatNumber, humanize } from '../../../lib/format';
import type { Problem } from '../../../lib/graphql/errors';
import { isFinished } from '../../../lib/jobs/status';
import { FactList } from '../../../ui/FactList';
import { JobProgress } from '../../../ui/JobProgress';
import { EmptyState, LoadingState } from '../../../ui/StateMessage';
import { CloseIcon } from '../../../ui/icons';
import { statusColour } from '../../../ui/jobStatus';
import { Refusal } from '../common/Refusal';
import { refusalOf } from '../common/outcome';
import { maySee } from '../common/permissions';
import type { Account } from '../common/permissions';

import {
  AlertHistoryQuery,
  PauseSyncLayerMutation,
  ReplayRejectsMutation,
  StartSyncMutation,
  SyncJobsQuery,
  SyncLayersQuery,
} from './queries';
import type { SyncLayer } from './queries';
import { rowsText, runsOf } from './runs';
import { ageText, alertText, layerColour, modeText } from './words';

const RUNS = 50;

interface Props {
  layerKey: string;
  account: Account;
  onClose: () => void;
  jobHref: (jobId: string) => string;
  /** Findings on rows that the sync refused. */
  refusedHref: string;
  timeZone: string | undefined;
}

/** One layer: its source and schedule, what may be done with it, its runs and its alarms. */
export function LayerDetail({ layerKey, account, onClose, jobHref, refusedHref, timeZone }: Props) {
  const [{ data, fetching }] = useQuery({ query: SyncLayersQuery });
  const layer = data?.syncLayers.find((each) => each.key === layerKey);
  if (layer === undefined) {
    if (fetching) return <LoadingState label="Loading the layer" minHeight={240} />;
    return <EmptyState title="There is no such layer" action={<Button onClick={onClose}>Close</Button>} />;
  }
  return (
    <Box component="article" aria-label={`Layer ${layer.title}`} data-testid="layer-detail">
      <Box sx={{ display: 'flex', gap: 1, alignItems: 'flex-start' }}>
        <Typography variant="h2" component="h3" sx={{ flex: 1 }}>
          {layer.title}
        </Typography>
        <Chip variant="outlined" color={layerColour(layer.status)} label={humanize(layer.status)} data-testid="layer-status" />
        <IconButton aria-label="Close" onClick={onClose}>
          <CloseIcon fontSize="small" />
        </IconButton>
      </Box>
      {layer.lastError != null && layer.lastError !== '' && (
        <Alert severity="error" variant="outlined" sx={{ my: 1 }}>
          {layer.lastError}
        </Alert>
      )}
      {maySee(account, 'grid.change_synclayer') && <Actions layer={layer} />}
      <FactList
        facts={[
          { label: 'Age', value: `${ageText(layer)}; too old from ${formatAge(layer.maxAgeS)}` },
          { label: 'Last known equal to its source', value: formatInstant(layer.confirmedAt, timeZone) },
          { label: 'Synced', value: formatInstant(layer.syncedAt, timeZone) },
          { label: 'Last run', value: formatInstant(layer.lastRunAt, timeZone) },
          { label: 'Last run read', value: modeText(layer.lastRunMode) },
          ...(layer.lastFallbackReason == null ? [] : [{ label: 'All was read because', value: humanize(layer.lastFallbackReason) }]),
          { label: 'Changes are found', value: modeText(layer.mode) },
          { label: 'Newest moment in it', value: formatInstant(layer.watermarkAt, timeZone) },
          { label: 'Next look by a schedule', value: layer.isPaused ? 'none, it is paused' : formatInstant(layer.nextRunAt, timeZone) },
          { label: 'Rows', value: formatNumber(layer.rowCount) },
          { label: 'Rows refused', value: formatNumber(layer.rejectCount) },
          { label: 'Version of the source', value: layer.sourceVersion ?? '–' },
        ]}
      />
      {(layer.rejectCount ?? 0) > 0 && maySee(account, 'grid.view_dataqualityfinding') && (
        <Typography variant="caption" component="p" sx={{ mt: 0.5 }}>
          <Link href={refusedHref} onClick={followLink}>
            Refused rows of distribution assets, as the last data-quality check found them
          </Link>
        </Typography>
      )}
      <Runs layerKey={layerKey} jobHref={jobHref} timeZone={timeZone} />
      <AlertHistory layerKey={layerKey} timeZone={timeZone} />
    </Box>
  );
}

function Actions({ layer }: { layer: SyncLayer }) {
  const [{ fetching: isStarting }, startSync] = useMutation(StartSyncMutation);
  const [{ fetching: isReplaying }, replay] = useMutation(ReplayRejectsMutation);
  const [{ fetching: isPausing }, pause] = useMutation(PauseSyncLayerMutation);
  const [problem, setProblem] = useState<Problem | null>(null);
  const start = async (): Promise<void> => {
    const result = await startSync({ input: { layers: [layer.key] } });
    setProblem(refusalOf(result, result.data?.startSync));
  };
  const again = async (): Promise<void> => {
    const result = await replay({ layer: layer.key });
    setProblem(refusalOf(result, result.data?.replayRejects));
  };
  const toggle = async (): Promise<void> => {
    const result = await pause({ input: { layer: layer.key, isPaused: !layer.isPaused } });
    setProblem(refusalOf(result, result.data?.pauseSyncLayer));
  };
  return (
    <Box sx={{ my: 1 }}>
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 1, flexWrap: 'wrap' }}>
        <Button variant="contained" disabled={isStarting || layer.status === 'RUNNING'} onClick={() => void start()} data-testid="sync-layer">
          Sync now
        </Button>
        {(layer.rejectCount ?? 0) > 0 && (
          <Button variant="outlined" disabled={isReplaying} onClick={() => void again()}>
            Try refused rows again
          </Button>
        )}
        <FormControlLabel
          control={<Switch size="small" checked={layer.isPaused} disabled={isPausing} onChange={() => void toggle()} data-testid="pause-layer" />}
          label="Paused"
          slotProps={{ typography: { variant: 'caption' } }}
        />
      </Box>
      <Refusal problem={problem} onClose={() => setProblem(null)} />
    </Box>
  );
}

function Runs({ layerKey, jobHref, timeZone }: Pick<Props, 'layerKey' | 'jobHref' | 'timeZone'>) {
  const [{ data }] = useQuery({ query: SyncJobsQuery, variables: { first: RUNS } });
  if (data === undefined) return null;
  const runs = runsOf(data.jobs.edges.map(({ node }) => node), layerKey);
  const isCut = data.jobs.totalCount > data.jobs.edges.length;
  return (
    <>
      <Typography variant="h3" component="h4" color="textSecondary" sx={{ mt: 1.5 }}>
        Syncs that took it along
      </Typography>
      <Typography variant="caption" component="p" color="textSecondary" sx={{ mb: 0.5 }}>
        {runs.length === 0 ? 'None' : formatNumber(runs.length)} among the {isCut ? `newest ${RUNS}` : formatNumber(data.jobs.edges.length)} you may see;
        numbers are of all layers of a run
      </Typography>
      <Box component="ol" data-testid="layer-runs" sx={{ listStyle: 'none', m: 0, p: 0 }}>
        {runs.map((job) => (
          <Box component="li" key={job.jobId} sx={{ py: 0.5, borderTop: 1, borderColor: 'divider' }}>
            <Box sx={{ display: 'flex', gap: 1, alignItems: 'center' }}>
              <Link href={jobHref(job.jobId)} onClick={followLink} variant="caption" sx={{ flex: 1 }}>
                {formatInstant(job.createdAt, timeZone)}: {job.title}
              </Link>
              <Chip variant="outlined" color={statusColour(job.status)} label={humanize(job.status)} />
            </Box>
            {isFinished(job.status) ? (
              <Typography variant="caption" component="p" color={job.status === 'FAILED' ? 'error' : 'textSecondary'}>
                {job.status === 'FAILED' ? job.errorMessage : rowsText(job.counts)}
              </Typography>
            ) : (
              <JobProgress job={job} />
            )}
          </Box>
        ))}
      </Box>
    </>
  );
}

function AlertHistory({ layerKey, timeZone }: Pick<Props, 'layerKey' | 'timeZone'>) {
  const [{ data }] = useQuery({ query: AlertHistoryQuery, requestPolicy: 'cache-and-network' });
  const alerts = data?.syncAlerts.filter((alert) => alert.layer === layerKey) ?? [];
  if (alerts.length === 0) return null;
  return (
    <>
      <Typography variant="h3" component="h4" color="textSecondary" sx={{ mt: 1.5, mb: 0.5 }}>
        Alarms of its age
      </Typography>
      <Box component="ol" sx={{ listStyle: 'none', m: 0, p: 0 }}>
        {alerts.map((alert) => (
          <Typography component="li" key={alert.raisedAt} variant="caption" sx={{ display: 'block', py: 0.5, borderTop: 1, borderColor: 'divider' }}>
            {formatInstant(alert.raisedAt, timeZone)} to {alert.clearedAt == null ? 'now' : formatInstant(alert.clearedAt, timeZone)}: {alertText(alert)}{' '}
            {alert.detail}
          </Typography>
        ))}
      </Box>
    </>
  );
}
