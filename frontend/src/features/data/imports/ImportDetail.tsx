import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import Link from '@mui/material/Link';
import Typography from '@mui/material/Typography';
import { useEffect, useRef, useState } from 'react';
import { useClient, useMutation, useQuery } from 'urql';

import { saveCsv } from '../../../lib/csv';
import { followLink } from '../../../lib/followLink';
import { formatInstant, formatNumber, humanize, plural } from '../../../lib/format';
import { problemOf } from '../../../lib/graphql/errors';
import type { Problem } from '../../../lib/graphql/errors';
import { FactList } from '../../../ui/FactList';
import { JobProgress } from '../../../ui/JobProgress';
import { Pager } from '../../../ui/Pager';
import { ErrorState, LoadingState } from '../../../ui/StateMessage';
import { CloseIcon, DownloadIcon } from '../../../ui/icons';
import { Refusal } from '../common/Refusal';
import { refusalOf } from '../common/outcome';
import { maySee } from '../common/permissions';
import type { Account } from '../common/permissions';
import { formatBytes } from '../common/sizes';

import { RejectTable } from './RejectTable';
import { ImportRejectsQuery, ReplayImportRejectsMutation } from './queries';
import type { FileImport, ImportReject } from './queries';
import { rejectsCsv } from './rejects';

const PAGE = 100;
const CSV_PAGE = 250;

interface Props {
  of: FileImport;
  account: Account;
  onClose: () => void;
  onStarted: (importId: string) => void;
  jobHref: (jobId: string) => string;
  timeZone: string | undefined;
}

/** What an import did: counts, refused rows with reasons, and a way to try those again. */
export function ImportDetail({ of, account, onClose, onStarted, jobHref, timeZone }: Props) {
  return (
    <Box component="article" aria-label={`Import of ${of.file.name}`} data-testid="import-detail">
      <Box sx={{ display: 'flex', gap: 1 }}>
        <Typography variant="h2" component="h3" sx={{ flex: 1, overflowWrap: 'anywhere' }}>
          {of.file.name} into {humanize(of.layer).toLowerCase()}
        </Typography>
        <IconButton aria-label="Close" onClick={onClose}>
          <CloseIcon fontSize="small" />
        </IconButton>
      </Box>
      {of.job !== null && <JobProgress job={of.job} />}
      {of.job?.status === 'FAILED' && (
        <Alert severity="error" variant="outlined" sx={{ my: 1 }} data-code={of.job.errorCode}>
          {of.job.errorMessage || 'The server gave no reason.'}
        </Alert>
      )}
      <FactList
        facts={[
          { label: 'Mode', value: of.mode === 'MERGE' ? 'Merge by key' : 'Replace all rows' },
          { label: 'File', value: `${of.file.fileFormat}, ${formatBytes(of.file.sizeBytes)}` },
          { label: 'Started', value: `${formatInstant(of.createdAt, timeZone)} by ${of.startedBy ?? 'not known'}` },
          { label: 'In the warehouse', value: formatInstant(of.writtenAt, timeZone) },
          { label: 'Rows read', value: formatNumber(of.rowsRead) },
          { label: 'New rows', value: formatNumber(of.rowsNew) },
          { label: 'Rows of known keys', value: formatNumber(of.rowsKnown) },
          { label: 'Rows the file did not touch', value: formatNumber(of.rowsKept) },
          { label: 'Rows refused', value: formatNumber(of.rowsRefused) },
        ]}
      />
      {of.job !== null && (
        <Typography variant="caption" component="p" sx={{ mt: 0.5 }}>
          <Link href={jobHref(of.job.jobId)} onClick={followLink}>
            Log of the job
          </Link>
        </Typography>
      )}
      {(of.rowsRefused ?? 0) > 0 && maySee(account, 'grid.view_importreject') && (
        <Rejects key={`${of.id} ${of.job?.status ?? ''}`} of={of} mayImport={maySee(account, 'grid.add_fileimport')} onStarted={onStarted} />
      )}
    </Box>
  );
}

function Rejects({ of, mayImport, onStarted }: { of: FileImport; mayImport: boolean; onStarted: (importId: string) => void }) {
  const client = useClient();
  const [after, setAfter] = useState<readonly number[]>([0]);
  const [{ data, error, fetching }, refetch] = useQuery({
    query: ImportRejectsQuery,
    variables: { importId: of.id, openOnly: false, first: PAGE, afterRow: after.at(-1) ?? 0 },
    requestPolicy: 'cache-and-network',
  });
  const [{ fetching: isReplaying }, replay] = useMutation(ReplayImportRejectsMutation);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isSaving, setSaving] = useState(false);
  const isGone = useRef(false);
  useEffect(() => {
    isGone.current = false;
    return () => {
      isGone.current = true;
    };
  }, []);

  const save = async (): Promise<void> => {
    setSaving(true);
    const all: ImportReject[] = [];
    for (;;) {
      const page = await client
        .query(ImportRejectsQuery, { importId: of.id, openOnly: false, first: CSV_PAGE, afterRow: all.at(-1)?.rowNumber ?? 0 }, { requestPolicy: 'network-only' })
        .toPromise();
      if (isGone.current) return;
      if (page.data === undefined) {
        setProblem(page.error === undefined ? null : problemOf(page.error));
        break;
      }
      all.push(...page.data.importRejects);
      if (page.data.importRejects.length < CSV_PAGE) {
        saveCsv(`refused-rows-${of.id}`, rejectsCsv(all));
        break;
      }
    }
    setSaving(false);
  };
  const again = async (): Promise<void> => {
    const result = await replay({ input: { importId: of.id } });
    const payload = result.data?.replayImportRejects;
    setProblem(refusalOf(result, payload));
    if (payload?.__typename === 'FileImport') onStarted(payload.id);
  };

  const rejects = data?.importRejects;
  const isOpen = rejects?.some((reject) => reject.resolvedAt === null) ?? false;
  return (
    <Box sx={{ mt: 1.5 }}>
      <Typography variant="h3" component="h4" color="textSecondary">
        Refused rows
      </Typography>
      <Box sx={{ display: 'flex', gap: 1, my: 0.5, flexWrap: 'wrap' }}>
        <Button variant="outlined" startIcon={<DownloadIcon />} disabled={isSaving} onClick={() => void save()} data-testid="rejects-csv">
          CSV
        </Button>
        {mayImport && isOpen && (
          <Button variant="outlined" disabled={isReplaying} onClick={() => void again()} data-testid="rejects-replay">
            Try the open ones again
          </Button>
        )}
      </Box>
      <Refusal problem={problem} onClose={() => setProblem(null)} />
      {rejects === undefined && error !== undefined && !fetching && (
        <ErrorState title="The refused rows could not be loaded" detail={problemOf(error).message} onRetry={refetch} />
      )}
      {rejects === undefined && (error === undefined || fetching) && <LoadingState label="Loading the refused rows" />}
      {rejects !== undefined && <RejectTable rejects={rejects} caption={`Refused rows of ${of.file.name}`} />}
      {rejects !== undefined && (
        <Pager
          note={`${plural(of.rowsRefused ?? 0, 'row')} refused; the first 10,000 are kept`}
          onBefore={after.length === 1 ? null : () => setAfter((all) => all.slice(0, -1))}
          onNext={rejects.length < PAGE ? null : () => setAfter((all) => [...all, rejects.at(-1)?.rowNumber ?? 0])}
        />
      )}
    </Box>
  );
}
