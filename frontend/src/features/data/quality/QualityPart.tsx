import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Chip from '@mui/material/Chip';
import TextField from '@mui/material/TextField';
import { useCallback, useState } from 'react';
import { useClient, useMutation, useQuery } from 'urql';

import { csvOf, saveCsv } from '../../../lib/csv';
import { formatInstant, formatNumber, plural } from '../../../lib/format';
import { problemOf } from '../../../lib/graphql/errors';
import type { Problem } from '../../../lib/graphql/errors';
import { JobQuery } from '../../../lib/jobs/queries';
import { isFinished } from '../../../lib/jobs/status';
import { useJobUpdates } from '../../../lib/jobs/useJobUpdates';
import { navigate, usePath, useSearchString } from '../../../lib/location';
import { JobProgress } from '../../../ui/JobProgress';
import { offsetSteps, Pager, rangeWords } from '../../../ui/Pager';
import { EmptyState, ErrorState, LoadingState } from '../../../ui/StateMessage';
import { DownloadIcon } from '../../../ui/icons';
import { Refusal } from '../common/Refusal';
import { Section } from '../common/Section';
import { refusalOf } from '../common/outcome';
import { maySee } from '../common/permissions';
import type { Account } from '../common/permissions';
import { useLiveRefresh } from '../common/useLiveRefresh';

import { FindingTable } from './FindingTable';
import { RuleTable } from './RuleTable';
import { DataQualityQuery, StartDataQualityCheckMutation } from './queries';
import type { Finding, QualityAsk } from './queries';
import { decodeChoice, encodeChoice, EVERYTHING, SEVERITIES, severityColour, totalOf, withChoice } from './rules';
import type { Choice } from './rules';

const QUALITY_KINDS = ['grid.data_quality'];
const PAGE = 100;
const CSV_PAGE = 250;
/** More would not fit into what a spreadsheet opens at ease. */
const CSV_MOST = 20_000;

interface Props {
  account: Account;
  /** The asset on the map; null if it is not drawn there. */
  assetHref: (assetId: string) => string | null;
  /** Where links of assets lead. */
  linkTitle?: string | undefined;
  timeZone: string | undefined;
}

function askOf(choice: Choice): Omit<QualityAsk, 'first' | 'offset'> {
  return {
    kinds: choice.kind === null ? null : [choice.kind],
    severities: choice.severity === null ? null : [choice.severity],
    assetId: choice.assetId === '' ? null : choice.assetId,
  };
}

/** What the last check found wrong with the records of the grid. */
export function QualityPart({ account, assetHref, linkTitle, timeZone }: Props) {
  const path = usePath();
  const choice = decodeChoice(useSearchString());
  const [{ data, error, fetching }, refetch] = useQuery({
    query: DataQualityQuery,
    variables: { ...askOf(choice), first: PAGE, offset: choice.offset },
    requestPolicy: 'cache-and-network',
  });
  const refresh = useCallback(() => refetch({ requestPolicy: 'network-only' }), [refetch]);
  useLiveRefresh(QUALITY_KINDS, refresh);
  const choose = (part: Partial<Choice>): void => navigate(path + withChoice(window.location.search, { ...choice, offset: 0, ...part }), { replace: true });
  const report = data?.dataQuality;

  if (report === undefined) {
    return error !== undefined && !fetching ? (
      <ErrorState title="The findings could not be loaded" detail={problemOf(error).message} onRetry={refresh} />
    ) : (
      <LoadingState label="Loading the findings" minHeight={320} />
    );
  }
  const isAll = encodeChoice({ ...choice, offset: 0 }) === '';
  return (
    <Box sx={{ height: '100%', overflow: 'auto', p: 2 }}>
      <Section
        title="The records of the grid"
        note={
          <span data-testid="quality-checked">
            {report.checkedAt === null ? 'Not checked yet' : `As checked on ${formatInstant(report.checkedAt, timeZone)}`}
          </span>
        }
        actions={maySee(account, 'grid.change_synclayer') && <StartCheck />}
      >
        {report.checkedAt === null && (
          <Alert severity="info" variant="outlined" sx={{ mb: 1 }}>
            No check has ended yet, so what is wrong with the records is not known.
          </Alert>
        )}
        <Box sx={{ display: 'flex', gap: 1, flexWrap: 'wrap', mb: 1.5 }} role="group" aria-label="Findings by severity">
          {SEVERITIES.map(([severity, label, meaning]) => (
            <Chip
              key={severity}
              clickable
              component="button"
              variant={choice.severity === severity ? 'filled' : 'outlined'}
              color={severityColour(severity)}
              aria-pressed={choice.severity === severity}
              onClick={() => choose({ severity: choice.severity === severity ? null : severity })}
              label={report.checkedAt === null ? `– ${label}s` : plural(totalOf(report.counts, severity), label)}
              title={`They ${meaning}.`}
              data-testid={`severity-${severity}`}
            />
          ))}
        </Box>
        {report.counts.length > 0 && <RuleTable counts={report.counts} chosen={choice.kind} onChoose={(kind) => choose({ kind })} />}
      </Section>
      <Section
        title="Findings"
        note={report.totalCount === 0 ? undefined : `${plural(report.totalCount, 'finding')}, the gravest first`}
        actions={
          <>
            <AssetFilter key={choice.assetId} assetId={choice.assetId} onChange={(assetId) => choose({ assetId })} />
            {!isAll && <Button onClick={() => choose(EVERYTHING)}>Show all</Button>}
            {report.totalCount > 0 && <SaveCsv choice={choice} totalCount={report.totalCount} />}
          </>
        }
      >
        {report.items.length === 0 ? (
          report.checkedAt !== null && <EmptyState title={isAll ? 'The check found nothing wrong' : 'No such finding'} />
        ) : (
          <FindingTable findings={report.items} assetHref={assetHref} linkTitle={linkTitle} />
        )}
        {report.totalCount > PAGE && (
          <Pager
            note={rangeWords(choice.offset, report.items.length, report.totalCount)}
            {...offsetSteps(choice.offset, PAGE, report.totalCount, (offset) => choose({ offset }))}
          />
        )}
      </Section>
    </Box>
  );
}

function StartCheck() {
  const [{ data, fetching }, start] = useMutation(StartDataQualityCheckMutation);
  const [problem, setProblem] = useState<Problem | null>(null);
  const started = data?.startDataQualityCheck;
  const jobId = started?.__typename === 'Job' ? started.jobId : null;
  const [{ data: now }] = useQuery({ query: JobQuery, variables: { id: jobId ?? '' }, pause: jobId === null });
  const job = now?.job ?? null;
  const isRunning = job !== null && !isFinished(job.status);
  useJobUpdates(jobId, isRunning);
  const go = async (): Promise<void> => {
    const result = await start({});
    setProblem(refusalOf(result, result.data?.startDataQualityCheck));
  };
  return (
    <Box sx={{ display: 'flex', gap: 1, alignItems: 'center' }}>
      {job !== null && (
        <Box sx={{ width: 260 }}>
          <JobProgress job={job} />
        </Box>
      )}
      <Button variant="outlined" disabled={fetching || isRunning} onClick={() => void go()} data-testid="start-check">
        Check now
      </Button>
      <Refusal problem={problem} onClose={() => setProblem(null)} />
    </Box>
  );
}

function AssetFilter({ assetId, onChange }: { assetId: string; onChange: (assetId: string) => void }) {
  const [text, setText] = useState(assetId);
  return (
    <Box
      component="form"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        onChange(text.trim());
      }}
    >
      <TextField label="Asset" placeholder="id, then Enter" value={text} onChange={(event) => setText(event.target.value)} slotProps={{ inputLabel: { shrink: true } }} sx={{ width: 200 }} />
    </Box>
  );
}

function SaveCsv({ choice, totalCount }: { choice: Choice; totalCount: number }) {
  const client = useClient();
  const [isSaving, setSaving] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const save = async (): Promise<void> => {
    setSaving(true);
    setProblem(null);
    const all: Finding[] = [];
    for (let offset = 0; offset < Math.min(totalCount, CSV_MOST); offset += CSV_PAGE) {
      const page = await client.query(DataQualityQuery, { ...askOf(choice), first: CSV_PAGE, offset }, { requestPolicy: 'network-only' }).toPromise();
      if (page.error !== undefined || page.data === undefined) {
        setProblem(page.error === undefined ? null : problemOf(page.error));
        setSaving(false);
        return;
      }
      all.push(...page.data.dataQuality.items);
    }
    const head = ['severity', 'rule', 'asset_kind', 'asset_id', 'other_id', 'explanation', 'value'];
    const rows = all.map((each) => [each.severity, each.kind, each.assetKind, each.assetId, each.otherId, each.explanation, each.value]);
    saveCsv('data-quality', csvOf(head, rows));
    setSaving(false);
  };
  return (
    <>
      <Button variant="outlined" startIcon={<DownloadIcon />} disabled={isSaving} onClick={() => void save()} data-testid="quality-csv">
        {totalCount > CSV_MOST ? `CSV of the first ${formatNumber(CSV_MOST)}` : 'CSV'}
      </Button>
      <Refusal problem={problem} onClose={() => setProblem(null)} />
    </>
  );
}
