import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import CircularProgress from '@mui/material/CircularProgress';
import IconButton from '@mui/material/IconButton';
import Tooltip from '@mui/material/Tooltip';
import Typography from '@mui/material/Typography';
import { lazy, Suspense, useEffect, useState } from 'react';
import type { ReactNode } from 'react';

import { formatDuration } from '../../lib/format';
import { CopyButton } from '../../ui/CopyButton';
import { ErrorBoundary } from '../../ui/ErrorBoundary';
import { Fold } from '../../ui/Fold';
import { LoadingState } from '../../ui/StateMessage';
import { RefreshIcon } from '../../ui/icons';
import { visuallyHidden } from '../../ui/visuallyHidden';

import { AssetChips } from './AssetChips';
import { ChoiceButtons } from './ChoiceButtons';
import { CitationList } from './CitationList';
import { FeedbackButtons, FeedbackForm } from './Feedback';
import { ResultTable } from './ResultTable';
import { SqlFold } from './SqlFold';
import { StepsFold } from './StepsFold';
import { spoken, textOf } from './answer';
import type { Answer, Evidence } from './answer';
import type { DoneReason } from './events';
import { mentionedAssets } from './panelState';
import type { AssistantMessage } from './queries';
import { useAnswer } from './useAnswer';
import type { LiveAnswer } from './useAnswer';

const Markdown = lazy(() => import('./Markdown').then((module) => ({ default: module.Markdown })));
const VegaChart = lazy(() => import('./VegaChart').then((module) => ({ default: module.VegaChart })));

const ENDS: Readonly<Partial<Record<DoneReason, string>>> = {
  OUT_OF_SCOPE: 'Beyond what the assistant knows',
  REFUSED: 'Not allowed',
  CANCELLED: 'Stopped',
};

interface Props {
  message: AssistantMessage;
  threadId: string;
  /** The newest answer on the path shown: its assets are marked on the map. */
  isLast: boolean;
  /** The ‹ 2/3 › of an answer that was made anew. */
  branches: ReactNode;
  onRetry: (answerId: string) => void;
  onRunning: (answerId: string, isRunning: boolean) => void;
}

/** An answer: what it says, then what it rests on, then what can be done with it. */
export function AnswerView({ message, threadId, isLast, branches, onRetry, onRunning }: Props) {
  const live = useAnswer(message, threadId);
  const { answer, isRunning } = live;
  const [isRating, setRating] = useState(false);

  useEffect(() => {
    if (isLast) mentionedAssets.set(answer.assets);
  }, [isLast, answer.assets]);
  useEffect(() => onRunning(message.id, isRunning), [message.id, isRunning, onRunning]);

  return (
    <Box
      component="article"
      aria-label="Answer"
      aria-busy={isRunning}
      data-testid="answer"
      data-state={isRunning ? 'RUNNING' : 'DONE'}
      data-reason={answer.doneReason ?? undefined}
      sx={{ display: 'grid', gridTemplateColumns: 'minmax(0, 1fr)', gap: 1 }}
    >
      {isLast && <Announcement answer={answer} isRunning={isRunning} />}
      {answer.thinking.length > 0 && <Thinking answer={answer} />}
      <AnswerText answer={answer} fallback={message.text} />
      {answer.warnings.map((warning) => (
        <Alert key={`${warning.code ?? ''} ${warning.message}`} severity="warning" variant="outlined" sx={ALERT} data-testid="answer-warning" data-code={warning.code ?? undefined}>
          {warning.message}
        </Alert>
      ))}
      {answer.evidence.filter(isShown).map((evidence, at) => (
        <ErrorBoundary key={at} name="This part of the answer">
          <EvidenceView evidence={evidence} />
        </ErrorBoundary>
      ))}
      {answer.assets.length > 0 && <AssetChips assets={answer.assets} />}
      {answer.citations.length > 0 && <CitationList citations={answer.citations} />}
      <Box>
        {answer.evidence.map((evidence, at) => (evidence.kind === 'SQL' ? <SqlFold key={at} sql={evidence} /> : null))}
        {answer.steps.length > 0 && <StepsFold steps={answer.steps} />}
      </Box>
      <Trouble live={live} onRetry={() => onRetry(message.id)} />
      {isRunning && <StatusLine status={answer.status} isLinkDown={live.isLinkDown} />}
      {answer.choices.map((choices, at) => (
        <ChoiceButtons key={at} choices={choices} answerId={message.id} />
      ))}
      {!isRunning && (
        <Box sx={{ display: 'flex', alignItems: 'center', flexWrap: 'wrap', minHeight: 26, ml: -0.5 }}>
          {branches}
          <CopyButton label="Copy the answer" text={() => textOf(answer)} />
          <Tooltip title="Ask again">
            <IconButton aria-label="Ask again" onClick={() => onRetry(message.id)} data-testid="answer-retry">
              <RefreshIcon sx={{ fontSize: 16 }} />
            </IconButton>
          </Tooltip>
          <FeedbackButtons message={message} isOpen={isRating} onOpen={setRating} />
          <Typography variant="caption" color="textSecondary" sx={{ ml: 'auto' }} data-testid="answer-end">
            {endOf(answer, message)}
          </Typography>
        </Box>
      )}
      {isRating && <FeedbackForm key={String(message.feedback?.isPositive)} message={message} onClose={() => setRating(false)} />}
    </Box>
  );
}

/** What a screen reader says: what is being done, then the answer as a whole, not every piece of it. */
function Announcement({ answer, isRunning }: { answer: Answer; isRunning: boolean }) {
  // An answer that was there already is read where it stands.
  const [hasRun, setHasRun] = useState(isRunning);
  if (isRunning && !hasRun) setHasRun(true);
  return (
    <Box component="div" aria-live="polite" data-testid="announcement" sx={visuallyHidden}>
      {isRunning ? (answer.status ?? 'Starting') : hasRun ? answer.error?.message ?? spoken(textOf(answer)) : ''}
    </Box>
  );
}

const ALERT = { py: 0, px: 1, fontSize: '0.8125rem', '& .MuiAlert-message': { py: 0.5, overflowWrap: 'anywhere' }, '& .MuiAlert-icon': { py: 0.625, mr: 1 } } as const;

function AnswerText({ answer, fallback }: { answer: Answer; fallback: string }) {
  const text = textOf(answer) || (answer.lastSeq === -1 ? fallback : '');
  if (text === '') return null;
  return (
    <Box data-testid="answer-text" sx={PROSE}>
      <ErrorBoundary name="The text of the answer">
        <Suspense fallback={<Box sx={{ whiteSpace: 'pre-wrap' }}>{text}</Box>}>
          <Markdown text={text} citations={answer.citations} />
        </Suspense>
      </ErrorBoundary>
    </Box>
  );
}

const PROSE = {
  fontSize: '0.875rem',
  lineHeight: 1.5,
  overflowWrap: 'anywhere',
  '& > :first-of-type': { mt: 0 },
  '& > :last-child': { mb: 0 },
  '& p, & ul, & ol, & blockquote': { my: 0.75 },
  '& ul, & ol': { pl: 2.5 },
  '& h4, & h5, & h6': { fontSize: '0.875rem', fontWeight: 500, mt: 1.25, mb: 0.5 },
  '& a': { color: 'primary.main' },
  '& blockquote': { mx: 0, pl: 1.25, borderLeft: 2, borderColor: 'divider', color: 'text.secondary' },
  '& em': { color: 'text.secondary', fontStyle: 'normal' },
  '& code': { fontSize: '0.8125rem', bgcolor: 'action.hover', px: 0.5, borderRadius: 0.5 },
  '& pre': { overflow: 'auto', bgcolor: 'action.hover', p: 1, borderRadius: 1, '& code': { p: 0, bgcolor: 'transparent' } },
  '& table': { borderCollapse: 'collapse', fontSize: '0.8125rem' },
  '& th, & td': { border: 1, borderColor: 'divider', px: 0.75, py: 0.25, textAlign: 'left' },
} as const;

function Thinking({ answer }: { answer: Answer }) {
  return (
    <Fold summary="Thinking" testId="answer-thinking">
      <Typography variant="caption" component="p" color="textSecondary" sx={{ m: 0, whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {answer.thinking.map((passage) => passage.text).join('\n\n')}
      </Typography>
    </Fold>
  );
}

type ShownEvidence = Exclude<Evidence, { kind: 'SQL' }>;

/** Rows and charts are shown; the SQL behind them is folded below. */
function isShown(evidence: Evidence): evidence is ShownEvidence {
  return evidence.kind !== 'SQL';
}

function EvidenceView({ evidence }: { evidence: ShownEvidence }) {
  switch (evidence.kind) {
    case 'TABLE':
      return <ResultTable table={evidence} />;
    case 'CHART':
      return (
        <Suspense fallback={<LoadingState label="Loading the chart" minHeight={220} />}>
          <VegaChart chart={evidence} />
        </Suspense>
      );
  }
}

/** What went wrong; the answer may still have parts that came before. */
function Trouble({ live: { answer, problem }, onRetry }: { live: LiveAnswer; onRetry: () => void }) {
  const error = answer.error ?? problem;
  return (
    <>
      {error !== null && (
        <Alert
          severity="error"
          variant="outlined"
          sx={ALERT}
          data-testid="answer-error"
          data-code={error.code}
          action={
            answer.error?.isRetryable === true ? (
              <Button color="inherit" onClick={onRetry}>
                Try again
              </Button>
            ) : undefined
          }
        >
          {error.message}
        </Alert>
      )}
      {answer.error === null && answer.doneReason === 'FAILED' && problem === null && (
        <Alert severity="error" variant="outlined" sx={ALERT} data-testid="answer-error">
          The answer failed; the server gave no reason.
        </Alert>
      )}
      {answer.brokenCount > 0 && (
        <Typography variant="caption" component="p" color="textSecondary" sx={{ m: 0 }} role="note">
          {answer.brokenCount === 1 ? 'A part' : `${answer.brokenCount} parts`} of this answer could not be read.
        </Typography>
      )}
    </>
  );
}

function StatusLine({ status, isLinkDown }: { status: string | null; isLinkDown: boolean }) {
  return (
    <Box sx={{ display: 'flex', alignItems: 'center', gap: 1, minHeight: 24 }} data-testid="answer-status">
      <CircularProgress size={14} thickness={6} aria-hidden />
      <Typography variant="caption" color="textSecondary">
        {isLinkDown ? 'The connection is away. The answer goes on; it is asked for every two seconds.' : (status ?? 'Starting')}
      </Typography>
    </Box>
  );
}

function endOf(answer: Answer, message: AssistantMessage): string {
  const end = answer.doneReason === null ? undefined : ENDS[answer.doneReason];
  return [end, message.durationMs == null ? null : formatDuration(message.durationMs)].filter((part) => part != null).join(' · ');
}
