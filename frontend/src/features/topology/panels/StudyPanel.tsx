import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import Tooltip from '@mui/material/Tooltip';
import Typography from '@mui/material/Typography';

import { plural } from '../../../lib/format';
import { ErrorState, LoadingState } from '../../../ui/StateMessage';
import { CloseIcon, RedoIcon, UndoIcon } from '../../../ui/icons';
import type { Effect } from '../questions';
import { MOST_STEPS } from '../steps';
import type { Step } from '../steps';
import type { Study } from '../useStudy';

import { EffectView } from './EffectView';

interface Props {
  study: Study;
  effect: Effect | null;
  problem: string | null;
  isFetching: boolean;
  onRetry: () => void;
  timeZone: string | undefined;
  onSelect: (assetId: string) => void;
}

/** Steps that are studied, and what they would change. */
export function StudyPanel({ study, effect, problem, isFetching, onRetry, timeZone, onSelect }: Props) {
  const { steps, change } = study;
  const isNothing = change.opened.length + change.closed.length === 0;
  return (
    <Box data-testid="study-panel">
      <Alert severity="info" variant="outlined" sx={{ mb: 1, py: 0 }}>
        A study: nothing is operated.
      </Alert>
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 0.5 }}>
        <Typography variant="h3" component="h3" sx={{ flex: 1 }}>
          {steps.length === 0 ? 'No steps yet' : plural(steps.length, 'step')}
        </Typography>
        <Tool label="Undo (Ctrl+Z)" isDisabled={steps.length === 0} onClick={study.undo} testId="study-undo">
          <UndoIcon fontSize="small" />
        </Tool>
        <Tool label="Redo (Ctrl+Y)" isDisabled={!study.canRedo} onClick={study.redo} testId="study-redo">
          <RedoIcon fontSize="small" />
        </Tool>
        <Button disabled={steps.length === 0} onClick={study.clear} data-testid="study-clear">
          Clear
        </Button>
      </Box>
      {steps.length === 0 && (
        <Typography variant="caption" color="textSecondary" component="p">
          Double-click a switch in the diagram, press S on it, or use the button on its card. Steps are in the address: a link shows the same study.
        </Typography>
      )}
      <Box component="ol" sx={{ m: 0, p: 0, listStyle: 'none' }} data-testid="study-steps">
        {steps.map((step, i) => (
          <StepRow key={`${i} ${step.switchId}`} step={step} number={i + 1} onSelect={onSelect} onRemove={() => study.remove(i)} />
        ))}
      </Box>
      {steps.length >= MOST_STEPS && <Typography variant="caption">These are the most steps of a study.</Typography>}
      {steps.length > 0 && isNothing && <Typography variant="caption">The steps come to nothing: each switch ends as it was.</Typography>}
      {!isNothing && problem !== null && !isFetching && <ErrorState title="The effect could not be worked out" detail={problem} onRetry={onRetry} />}
      {!isNothing && problem === null && effect === null && <LoadingState label="Working out the effect" />}
      {!isNothing && problem === null && effect !== null && (
        <Box aria-busy={isFetching} sx={{ opacity: isFetching ? 0.6 : 1 }}>
          <EffectView effect={effect} timeZone={timeZone} onSelect={onSelect} />
        </Box>
      )}
    </Box>
  );
}

function StepRow({ step, number, onSelect, onRemove }: { step: Step; number: number; onSelect: (assetId: string) => void; onRemove: () => void }) {
  return (
    <Box component="li" sx={{ display: 'flex', alignItems: 'center', gap: 0.5, fontSize: '0.8125rem' }}>
      <span>
        {number}. {step.opens ? 'Open' : 'Close'}
      </span>
      <Button onClick={() => onSelect(step.switchId)} sx={{ p: 0, px: 0.5, minWidth: 0, flex: 1, justifyContent: 'flex-start' }}>
        {step.switchId}
      </Button>
      <IconButton aria-label={`Take out step ${number}: ${step.opens ? 'open' : 'close'} ${step.switchId}`} onClick={onRemove}>
        <CloseIcon sx={{ fontSize: 16 }} />
      </IconButton>
    </Box>
  );
}

function Tool({ label, isDisabled, onClick, testId, children }: { label: string; isDisabled: boolean; onClick: () => void; testId: string; children: React.ReactNode }) {
  return (
    <Tooltip title={label}>
      <span>
        <IconButton aria-label={label} disabled={isDisabled} onClick={onClick} data-testid={testId}>
          {children}
        </IconButton>
      </span>
    </Tooltip>
  );
}
