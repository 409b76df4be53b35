import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';

import { formatInstant, formatNumber, humanize, UNKNOWN } from '../../../lib/format';
import { problemOf, problemOfInfo } from '../../../lib/graphql/errors';
import type { JobFields } from '../../../lib/jobs/queries';
import { isFinished } from '../../../lib/jobs/status';
import { useFollowedJob } from '../../../lib/jobs/useFollowedJob';
import { AssetButton } from '../../../ui/AssetButton';
import { Fold } from '../../../ui/Fold';
import { JobProgress } from '../../../ui/JobProgress';
import { EmptyState, ErrorState, LoadingState } from '../../../ui/StateMessage';
import { ChatIcon } from '../../../ui/icons';
import type { CascadeRunDetail } from '../queries';

import { Part } from './Part';
import { ExplanationQuery, RunStudiesQuery, StartExplanationMutation } from './queries';
import type { Statement } from './queries';

const PARTS = [
  { key: 'SUMMARY', label: 'Summary' },
  { key: 'PATIENT_ZERO', label: 'What failed first' },
  { key: 'WAVES', label: 'Wave by wave' },
  { key: 'RECOMMENDATION', label: 'What could be done' },
] as const;
const ASSET = /^[A-Z]{2,8}-[A-Za-z0-9_.:-]+$/;

interface Props {
  run: CascadeRunDetail;
  canExplain: boolean;
  timeZone: string;
  onSelect: (assetId: string) => void;
  /** Null: the account may not use the assistant. */
  onAsk: ((question: string) => void) | null;
}

/** The run in sentences, each with the figures it rests on. */
export function ExplanationPart({ run, canExplain, timeZone, onSelect, onAsk }: Props) {
  const [{ data, error, fetching }, refetch] = useQuery({ query: RunStudiesQuery, variables: { kind: 'EXPLANATION', name: run.name }, requestPolicy: 'cache-and-network' });
  const [{ fetching: isStarting }, start] = useMutation(StartExplanationMutation);
  const [started, setStarted] = useState<{ studyId: string; job: JobFields } | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const found = data?.decisionStudies.edges.map(({ node }) => node).find((node) => node.run?.runId === run.runId && ['QUEUED', 'RUNNING', 'SUCCEEDED'].includes(node.job.status));
  const study = started ?? found ?? null;
  const job = useFollowedJob(study?.job ?? null);
  const explain = async (): Promise<void> => {
    setRefusal(null);
    const result = await start({ input: { runId: run.runId } });
    if (result.error !== undefined) setRefusal(problemOf(result.error).message);
    else if (result.data?.startExplanation.__typename === 'OperationInfo') setRefusal(problemOfInfo(result.data.startExplanation).message);
    else if (result.data?.startExplanation.__typename === 'DecisionStudy') setStarted(result.data.startExplanation);
  };
  const ask = (
    <Button
      startIcon={<ChatIcon fontSize="small" />}
      disabled={onAsk === null}
      title={onAsk === null ? 'Your account may not use the assistant' : undefined}
      onClick={() => onAsk?.(`Explain cascade run ${run.runId} (${run.name}): what started it, how it spread, and what would have stopped it?`)}
      data-testid="ask-about-run"
    >
      Ask the assistant about this run
    </Button>
  );
  const button = (
    <Button variant="outlined" disabled={!canExplain} loading={isStarting} onClick={() => void explain()} title={canExplain ? undefined : 'Your account may not start explanations'} data-testid="explain">
      Explain this run
    </Button>
  );
  return (
    <Box sx={{ mt: 1 }}>
      <Box sx={{ displayPrint: 'none' }}>{ask}</Box>
      {refusal !== null && (
        <Alert severity="error" variant="outlined" sx={{ mt: 1 }}>
          {refusal}
        </Alert>
      )}
      {study === null && data === undefined && fetching && <LoadingState label="Looking for an explanation" minHeight={120} />}
      {study === null && data === undefined && error !== undefined && !fetching && <ErrorState title="The explanation could not be loaded" detail={problemOf(error).message} onRetry={refetch} />}
      {study === null && data !== undefined && <EmptyState title="Not explained yet" detail="Sentences are made from the result of the run; each names the figures it rests on." action={button} />}
      {job !== null && !isFinished(job.status) && <JobProgress job={job} />}
      {job !== null && isFinished(job.status) && job.status !== 'SUCCEEDED' && (
        <EmptyState title={`The explanation ${job.status === 'FAILED' ? 'failed' : 'was cancelled'}`} detail={job.errorMessage} action={button} />
      )}
      {study !== null && job?.status === 'SUCCEEDED' && <Statements studyId={study.studyId} timeZone={timeZone} onSelect={onSelect} />}
    </Box>
  );
}

function Statements({ studyId, timeZone, onSelect }: { studyId: string; timeZone: string; onSelect: (assetId: string) => void }) {
  const [{ data, error, fetching }, refetch] = useQuery({ query: ExplanationQuery, variables: { id: studyId } });
  const statements = data?.decisionStudy?.explanation;
  if (statements == null) {
    if (error !== undefined && !fetching) return <ErrorState title="The explanation could not be loaded" detail={problemOf(error).message} onRetry={refetch} />;
    return <LoadingState label="Loading the explanation" minHeight={120} />;
  }
  return (
    <div data-testid="explanation">
      <Typography variant="caption" component="p" color="textSecondary">
        Made {formatInstant(data?.decisionStudy?.createdAt, timeZone)} from the result, without a language model.
      </Typography>
      {PARTS.map(({ key, label }) => {
        const of = statements.filter(({ part }) => part === key);
        return of.length === 0 ? null : (
          <Part key={key} title={label}>
            {of.map((statement) => (
              <Sentence key={statement.text} statement={statement} onSelect={onSelect} />
            ))}
          </Part>
        );
      })}
    </div>
  );
}

function Sentence({ statement, onSelect }: { statement: Statement; onSelect: (assetId: string) => void }) {
  const facts = Object.entries(statement.facts);
  return (
    <Box sx={{ mb: 1 }}>
      <Typography variant="body2">{statement.text}</Typography>
      {facts.length > 0 && (
        <Fold summary={<span>Evidence</span>}>
          <Box component="dl" sx={{ display: 'grid', gridTemplateColumns: 'auto 1fr', columnGap: 1.5, m: 0, '& dt': { color: 'text.secondary' }, '& dd': { m: 0, overflowWrap: 'anywhere' } }}>
            {facts.map(([name, value]) => (
              <Box key={name} sx={{ display: 'contents' }}>
                <dt>{humanize(name)}</dt>
                <dd>
                  <Fact value={value} onSelect={onSelect} />
                </dd>
              </Box>
            ))}
          </Box>
        </Fold>
      )}
    </Box>
  );
}

function Fact({ value, onSelect }: { value: unknown; onSelect: (assetId: string) => void }) {
  if (value === null || value === undefined) return UNKNOWN;
  if (Array.isArray(value)) {
    return value.map((each: unknown, i) => (
      <span key={i}>
        {i > 0 && ', '}
        <Fact value={each} onSelect={onSelect} />
      </span>
    ));
  }
  if (typeof value === 'number') return formatNumber(value, Number.isInteger(value) ? 0 : 2);
  if (typeof value === 'string') return ASSET.test(value) ? <AssetButton onClick={() => onSelect(value)}>{value}</AssetButton> : value;
  return JSON.stringify(value);
}
