import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useMutation } from 'urql';

import { followLink } from '../../../lib/followLink';
import { formatNumber } from '../../../lib/format';
import { problemOf, problemOfInfo } from '../../../lib/graphql/errors';
import { AssetButton } from '../../../ui/AssetButton';
import { draftStore } from '../draft';
import { draftOfRun, notesOfRun } from '../draftOfRun';
import type { CascadeRunDetail } from '../queries';

import { PublishRunMutation, RepeatRunMutation } from './queries';

interface Props {
  run: CascadeRunDetail;
  canRun: boolean;
  onLeave: () => void;
  onOpen: (runId: string) => void;
  onSelect: (assetId: string) => void;
}

/** What was run, and what can be done with it. */
export function RunHeader({ run, canRun, onLeave, onOpen, onSelect }: Props) {
  const [{ fetching: isRepeating }, repeat] = useMutation(RepeatRunMutation);
  const [{ fetching: isPublishing }, publish] = useMutation(PublishRunMutation);
  const [said, setSaid] = useState<{ text: string; isProblem: boolean } | null>(null);
  const isDone = run.job.status === 'SUCCEEDED';
  const again = (): void => {
    draftStore.set(draftOfRun(run));
    onLeave();
  };
  const onRepeat = async (): Promise<void> => {
    const { data, error } = await repeat({ input: { runId: run.runId } });
    if (error !== undefined) setSaid({ text: problemOf(error).message, isProblem: true });
    else if (data?.repeatCascadeRun.__typename === 'OperationInfo') setSaid({ text: problemOfInfo(data.repeatCascadeRun).message, isProblem: true });
    else if (data?.repeatCascadeRun.__typename === 'CascadeRun') onOpen(data.repeatCascadeRun.runId);
  };
  const onPublish = async (): Promise<void> => {
    const { data, error } = await publish({ input: { runId: run.runId } });
    if (error !== undefined) setSaid({ text: problemOf(error).message, isProblem: true });
    else if (data?.publishCascadeRun.__typename === 'OperationInfo') setSaid({ text: problemOfInfo(data.publishCascadeRun).message, isProblem: true });
    else setSaid({ text: 'It is on its way to the warehouse, among the cascades computed beforehand.', isProblem: false });
  };
  const reason = canRun ? undefined : 'Your account may not start runs';
  return (
    <Box component="header" sx={{ mb: 1 }}>
      <Typography variant="overline" component="p" color="textSecondary">
        Cascade run {run.runId}
        {run.repeatOfId == null ? '' : `, repeats ${run.repeatOfId}`}
      </Typography>
      <Typography variant="h2" sx={{ overflowWrap: 'anywhere' }}>
        {run.name}
      </Typography>
      <Typography variant="caption" component="p" color="textSecondary">
        {run.scenario == null ? 'Planning case' : `${run.scenario.name}${run.version == null ? '' : `, version ${run.version.number}`}`}. Load ×{' '}
        {formatNumber(run.loadMultiplier, 2)}, ratings × {formatNumber(run.ratingMultiplier, 2)}. Fails first:{' '}
        {run.outages.length === 0 && 'nothing by name'}
        {run.outages.slice(0, 6).map((outage, i) => (
          <span key={outage.assetId}>
            {i > 0 && ', '}
            <AssetButton onClick={() => onSelect(outage.assetId)}>{outage.name ?? outage.assetId}</AssetButton>
          </span>
        ))}
        {run.outages.length > 6 && ` and ${run.outages.length - 6} more`}
      </Typography>
      {notesOfRun(run).map((note) => (
        <Typography key={note} variant="caption" component="p" color="textSecondary">
          {note}
        </Typography>
      ))}
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 0.5, mt: 0.5 }}>
        <Button variant="outlined" onClick={onLeave} data-testid="new-run">
          New
        </Button>
        <Button variant="outlined" color="inherit" onClick={again} data-testid="run-again">
          Change
        </Button>
        <Button disabled={!canRun} title={reason} loading={isRepeating} onClick={() => void onRepeat()} data-testid="run-repeat">
          Repeat
        </Button>
        {isDone && (
          <>
            <Button component="a" href={`/cascade/compare?a=${encodeURIComponent(run.runId)}`} onClick={followLink} data-testid="run-compare">
              Compare
            </Button>
            <Button component="a" href={`/cascade/decisions?run=${encodeURIComponent(run.runId)}`} onClick={followLink} data-testid="run-decisions">
              Decisions
            </Button>
            <Button disabled={!canRun} title={reason} loading={isPublishing} onClick={() => void onPublish()}>
              Publish
            </Button>
          </>
        )}
      </Box>
      {said !== null && (
        <Alert severity={said.isProblem ? 'error' : 'success'} variant="outlined" sx={{ mt: 0.5 }} onClose={() => setSaid(null)}>
          {said.text}
        </Alert>
      )}
    </Box>
  );
}
