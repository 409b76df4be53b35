import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useId, useState } from 'react';

import { fromZoned } from '../../lib/zonedTime';
import { Fold } from '../../ui/Fold';

/** The server replays no more at once. */
export const MOST_DAYS = 31;
const DAY_MS = 86_400_000;

interface Props {
  timeZone: string;
  onReplay: (period: { startMs: number; endMs: number }) => void;
}

/** Why a time cannot be replayed; null: it can, or it is still being typed. */
export function periodProblem(startMs: number, endMs: number): string | null {
  if (Number.isNaN(startMs) || Number.isNaN(endMs)) return null;
  if (endMs <= startMs) return 'The end must be after the start.';
  if (endMs - startMs > MOST_DAYS * DAY_MS) return `A replay shows at most ${MOST_DAYS} days.`;
  return null;
}

/** Any time to replay, storm or not. */
export function PeriodForm({ timeZone, onReplay }: Props) {
  const [start, setStart] = useState('');
  const [end, setEnd] = useState('');
  const problemId = useId();
  const [startMs, endMs] = [start, end].map((text) => Date.parse(fromZoned(text, timeZone) ?? '')) as [number, number];
  const problem = periodProblem(startMs, endMs);
  const isReady = problem === null && !Number.isNaN(startMs) && !Number.isNaN(endMs);
  const field = (label: string, value: string, onValue: (text: string) => void) => (
    <TextField
      type="datetime-local"
      label={label}
      value={value}
      error={problem !== null}
      onChange={(event) => onValue(event.target.value)}
      slotProps={{ inputLabel: { shrink: true }, htmlInput: { 'aria-describedby': problem === null ? undefined : problemId } }}
    />
  );
  return (
    <Box sx={{ mt: 1 }}>
      <Fold summary="Replay another time" testId="replay-period">
        <Box
          component="form"
          onSubmit={(event) => {
            event.preventDefault();
            if (isReady) onReplay({ startMs, endMs });
          }}
          sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, alignItems: 'center', pt: 1 }}
        >
          {field('From', start, setStart)}
          {field('To', end, setEnd)}
          <Button type="submit" variant="outlined" disabled={!isReady}>
            Replay
          </Button>
        </Box>
        {problem !== null && (
          <Typography id={problemId} role="alert" variant="caption" color="error">
            {problem}
          </Typography>
        )}
      </Fold>
    </Box>
  );
}
