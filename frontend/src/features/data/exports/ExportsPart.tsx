import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useCallback, useMemo, useState } from 'react';
import { useMutation, useQuery } from 'urql';

import { formatInstant } from '../../../lib/format';
import { problemOf } from '../../../lib/graphql/errors';
import type { Problem } from '../../../lib/graphql/errors';
import { CancelJobMutation } from '../../../lib/jobs/queries';
import { isFinished } from '../../../lib/jobs/status';
import { DataTable } from '../../../ui/DataTable';
import type { ShownColumn } from '../../../ui/DataTable';
import { EmptyState, ErrorState, LoadingState } from '../../../ui/StateMessage';
import { DownloadIcon } from '../../../ui/icons';
import { JobCell } from '../common/JobCell';
import { Refusal } from '../common/Refusal';
import { Section } from '../common/Section';
import { refusalOf } from '../common/outcome';
import { maySee } from '../common/permissions';
import type { Account } from '../common/permissions';
import { formatBytes } from '../common/sizes';
import { useLiveRefresh } from '../common/useLiveRefresh';

import { ExportForm } from './ExportForm';
import { filterText, formatText } from './conditions';
import { ExportLayersQuery, ExportsQuery } from './queries';
import type { FileExport } from './queries';

const EXPORT_KINDS = ['grid.export'];
const PAGE = 100;

interface Props {
  account: Account;
  timeZone: string | undefined;
}

/** Files made of layers: a new one, and those there are, to be downloaded until they go. */
export function ExportsPart({ account, timeZone }: Props) {
  const [{ data, error, fetching }, refetch] = useQuery({ query: ExportsQuery, variables: { first: PAGE }, requestPolicy: 'cache-and-network' });
  const [{ data: layers }] = useQuery({ query: ExportLayersQuery });
  const refresh = useCallback(() => refetch({ requestPolicy: 'network-only' }), [refetch]);
  useLiveRefresh(EXPORT_KINDS, refresh);
  const [, cancel] = useMutation(CancelJobMutation);
  const [problem, setProblem] = useState<Problem | null>(null);
  const exports = data?.exports;

  const columns = useMemo(() => {
    const stop = async (jobId: string): Promise<void> => {
      const result = await cancel({ jobId });
      setProblem(refusalOf(result, result.data?.cancelJob));
    };
    const titles = new Map(layers?.mapLayers.map((layer) => [layer.key, layer.title]));
    return exportColumns({ titleOf: (key) => titles.get(key) ?? key, onStop: (jobId) => void stop(jobId), timeZone });
  }, [cancel, layers, timeZone]);

  return (
    <Box sx={{ height: '100%', overflow: 'auto', p: 2 }}>
      {maySee(account, 'grid.add_fileexport') && (
        <Section title="New export" note="Rows of one state of the data, as far as you may see them; personal data is masked.">
          <ExportForm account={account} onStarted={refresh} />
        </Section>
      )}
      <Section title={maySee(account, 'grid.view_all_exports') ? 'Exports of everybody' : 'Your exports'}>
        <Refusal problem={problem} onClose={() => setProblem(null)} />
        {exports === undefined && error !== undefined && !fetching && (
          <ErrorState title="The exports could not be loaded" detail={problemOf(error).message} onRetry={refresh} />
        )}
        {exports === undefined && (error === undefined || fetching) && <LoadingState label="Loading the exports" minHeight={160} />}
        {exports?.length === 0 && <EmptyState title="Nothing has been exported yet" />}
        {exports !== undefined && exports.length > 0 && (
          <DataTable label="Exports, the newest first" testId="exports-table" csv="exports" pageSize={PAGE} columns={columns} rows={exports} rowKey={(each) => each.id} />
        )}
      </Section>
    </Box>
  );
}

interface ColumnInputs {
  titleOf: (layerKey: string) => string;
  onStop: (jobId: string) => void;
  timeZone: string | undefined;
}

function exportColumns({ titleOf, onStop, timeZone }: ColumnInputs): ShownColumn<FileExport>[] {
  return [
    { key: 'layer', label: 'Layer', value: (each) => titleOf(each.layer) },
    { key: 'format', label: 'Format', value: (each) => each.format, cell: (each) => formatText(each.format) },
    { key: 'rows-of', label: 'Which rows', isWrapped: true, value: choiceText },
    {
      key: 'status',
      label: 'Status',
      value: (each) => each.job?.status,
      cell: (each) => (each.job === null ? 'job no longer kept' : <JobCell job={each.job} />),
    },
    { key: 'rows', label: 'Rows', isNumber: true, value: (each) => each.rowCount },
    { key: 'size', label: 'Size', isNumber: true, value: (each) => each.sizeBytes, cell: (each) => formatBytes(each.sizeBytes) },
    { key: 'asked', label: 'Asked', value: (each) => each.createdAt, cell: (each) => formatInstant(each.createdAt, timeZone) },
    { key: 'by', label: 'By', value: (each) => each.askedBy },
    { key: 'expires', label: 'The file goes', value: (each) => each.expiresAt, cell: (each) => formatInstant(each.expiresAt, timeZone) },
    { key: 'file', label: 'File', cell: (each) => <FileCell of={each} onStop={onStop} /> },
  ];
}

function FileCell({ of, onStop }: { of: FileExport; onStop: (jobId: string) => void }) {
  const { job } = of;
  if (of.downloadUrl !== null) {
    return (
      <Button component="a" href={of.downloadUrl} download startIcon={<DownloadIcon />} sx={{ py: 0 }} data-testid={`download-${of.id}`} title={of.digest === null ? undefined : `SHA-256 ${of.digest}`}>
        Download
      </Button>
    );
  }
  if (job !== null && !isFinished(job.status)) {
    return (
      <Button color="inherit" disabled={job.isCancelRequested} onClick={() => onStop(job.jobId)} sx={{ py: 0 }}>
        {job.isCancelRequested ? 'Cancelling' : 'Cancel'}
      </Button>
    );
  }
  return (
    <Typography variant="caption" color="textSecondary">
      {of.readyAt === null ? (job?.errorMessage ?? '') || 'none was made' : 'gone'}
    </Typography>
  );
}

function choiceText(of: FileExport): string {
  const parts = [
    of.area === null ? 'everywhere' : 'in an area',
    ...of.filters.map(filterText),
    ...(of.zoneIds.length === 0 ? [] : [`zones ${of.zoneIds.join(', ')}`]),
    ...(of.hasPersonal ? ['people named in full'] : []),
  ];
  return parts.join('; ');
}
