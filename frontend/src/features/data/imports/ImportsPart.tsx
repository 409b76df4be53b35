import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Chip from '@mui/material/Chip';
import { useCallback, useMemo, useState } from 'react';
import { useQuery } from 'urql';

import { formatInstant, formatNumber, humanize } from '../../../lib/format';
import { problemOf } from '../../../lib/graphql/errors';
import { DataTable } from '../../../ui/DataTable';
import type { ShownColumn } from '../../../ui/DataTable';
import { EmptyState, ErrorState, LoadingState } from '../../../ui/StateMessage';
import { statusColour } from '../../../ui/jobStatus';
import { DetailPane } from '../common/DetailPane';
import { JobCell } from '../common/JobCell';
import { Section } from '../common/Section';
import { maySee } from '../common/permissions';
import type { Account } from '../common/permissions';
import { useLiveRefresh } from '../common/useLiveRefresh';

import { ImportDetail } from './ImportDetail';
import { ImportForm } from './ImportForm';
import { FileImportsQuery } from './queries';
import type { FileImport } from './queries';

const IMPORT_KINDS = ['grid.import'];
const PAGE = 100;

interface Props {
  account: Account;
  selected: string | null;
  onSelect: (importId: string | null) => void;
  jobHref: (jobId: string) => string;
  timeZone: string | undefined;
}

/** Imports of files: a new one, those there were, and what one did. */
export function ImportsPart({ account, selected, onSelect, jobHref, timeZone }: Props) {
  const [{ data, error, fetching }, refetch] = useQuery({ query: FileImportsQuery, variables: { first: PAGE }, requestPolicy: 'cache-and-network' });
  const refresh = useCallback(() => refetch({ requestPolicy: 'network-only' }), [refetch]);
  useLiveRefresh(IMPORT_KINDS, refresh);
  const [isNew, setNew] = useState(false);
  const columns = useMemo(() => importColumns(onSelect, timeZone), [onSelect, timeZone]);
  const imports = data?.fileImports;
  const chosen = imports?.find((each) => each.id === selected);
  const mayImport = maySee(account, 'grid.add_fileimport') && !account.isLimited;
  const openStarted = (importId: string): void => {
    setNew(false);
    refresh();
    onSelect(importId);
  };
  return (
    <DetailPane
      label="Import"
      detail={
        selected === null ? null : chosen !== undefined ? (
          <ImportDetail of={chosen} account={account} onClose={() => onSelect(null)} onStarted={openStarted} jobHref={jobHref} timeZone={timeZone} />
        ) : imports === undefined || fetching ? (
          <LoadingState label="Loading the import" />
        ) : (
          <EmptyState title={`There is no such import among the newest ${PAGE}`} action={<Button onClick={() => onSelect(null)}>Close</Button>} />
        )
      }
    >
      {mayImport && (
        <Section
          title="New import"
          note="A file's rows go into the warehouse in one commit, then the layer is synced. Nothing is written before you start it."
          actions={
            <Button variant="outlined" onClick={() => setNew(!isNew)} aria-expanded={isNew} data-testid="new-import">
              {isNew ? 'Close' : 'Import a file'}
            </Button>
          }
        >
          {isNew && <ImportForm account={account} onStarted={openStarted} timeZone={timeZone} />}
        </Section>
      )}
      <Section title="Imports so far" note={mayImport ? undefined : 'Importing needs the right to import files, and an account that sees every zone.'}>
        {imports === undefined && error !== undefined && !fetching && (
          <ErrorState title="The imports could not be loaded" detail={problemOf(error).message} onRetry={refresh} />
        )}
        {imports === undefined && (error === undefined || fetching) && <LoadingState label="Loading the imports" minHeight={160} />}
        {imports?.length === 0 && <EmptyState title="No file has been imported yet" />}
        {imports !== undefined && imports.length > 0 && (
          <DataTable
            label="Imports of files, the newest first"
            testId="imports-table"
            csv="imports"
            pageSize={PAGE}
            columns={columns}
            rows={imports}
            rowKey={(each) => each.id}
            isSelected={(each) => each.id === selected}
          />
        )}
      </Section>
    </DetailPane>
  );
}

function importColumns(onSelect: (importId: string) => void, timeZone: string | undefined): ShownColumn<FileImport>[] {
  return [
    {
      key: 'file',
      label: 'File',
      value: (each) => each.file.name,
      cell: (each) => (
        <Button onClick={() => onSelect(each.id)} sx={{ p: 0, minWidth: 0, textAlign: 'left' }} data-testid={`open-import-${each.id}`}>
          {each.file.name}
        </Button>
      ),
    },
    { key: 'layer', label: 'Layer', value: (each) => each.layer, cell: (each) => humanize(each.layer) },
    { key: 'mode', label: 'Mode', value: (each) => each.mode, cell: (each) => humanize(each.mode) },
    {
      key: 'status',
      label: 'Status',
      value: (each) => each.job?.status,
      cell: (each) =>
        each.job === null ? (
          <Chip variant="outlined" color={statusColour('')} label="Job no longer kept" />
        ) : (
          <JobCell job={each.job} />
        ),
    },
    { key: 'read', label: 'Rows read', isNumber: true, value: (each) => each.rowsRead },
    { key: 'new', label: 'New', isNumber: true, value: (each) => each.rowsNew },
    { key: 'known', label: 'Known', isNumber: true, value: (each) => each.rowsKnown },
    {
      key: 'refused',
      label: 'Refused',
      isNumber: true,
      value: (each) => each.rowsRefused,
      cell: (each) => (
        <Box component="span" sx={{ color: (each.rowsRefused ?? 0) > 0 ? 'warning.main' : undefined }}>
          {formatNumber(each.rowsRefused)}
        </Box>
      ),
    },
    { key: 'created', label: 'Started', value: (each) => each.createdAt, cell: (each) => formatInstant(each.createdAt, timeZone) },
    { key: 'by', label: 'By', value: (each) => each.startedBy },
  ];
}
