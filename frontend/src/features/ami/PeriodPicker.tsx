import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import type { SubmitEvent } from 'react';

import { dayCount, isDay, lastDays } from './days';
import type { Period } from './days';

const PRESETS = [7, 14, 30, 90];

interface Props {
  /** What a screen reader calls it; two of them may be on the page. */
  name?: string;
  period: Period;
  /** The newest local day with enough readings; null if not known. */
  newestDay: string | null;
  onChange: (period: Period) => void;
}

/** Local days, the first and the last included. */
export function PeriodPicker({ name = 'Period', period, newestDay, onChange }: Props) {
  const [draft, setDraft] = useState(period);
  const [shown, setShown] = useState(period);
  if (shown.firstDay !== period.firstDay || shown.lastDay !== period.lastDay) {
    setShown(period);
    setDraft(period);
  }
  const isGood = isDay(draft.firstDay) && isDay(draft.lastDay);
  const isBackward = isGood && draft.lastDay < draft.firstDay;
  const isChanged = draft.firstDay !== period.firstDay || draft.lastDay !== period.lastDay;
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (isGood && !isBackward) onChange(draft);
  };
  return (
    <Box sx={{ display: 'flex', alignItems: 'center', flexWrap: 'wrap', gap: 1 }}>
      <Box component="form" onSubmit={submit} aria-label={name} sx={{ display: 'flex', alignItems: 'flex-start', gap: 1 }}>
        <DayField
          label="First day"
          value={draft.firstDay}
          onChange={(firstDay) => setDraft({ ...draft, firstDay })}
        />
        <DayField
          label="Last day"
          value={draft.lastDay}
          error={isBackward ? 'before the first day' : undefined}
          onChange={(lastDay) => setDraft({ ...draft, lastDay })}
        />
        <Button type="submit" variant="outlined" disabled={!isChanged || !isGood || isBackward} sx={{ mt: 0.25 }}>
          Show
        </Button>
      </Box>
      {newestDay !== null && (
        <Box role="group" aria-label="Newest days" sx={{ display: 'flex', gap: 0.5 }}>
          {PRESETS.map((days) => {
            const isShown = period.lastDay === newestDay && dayCount(period) === days;
            return (
              <Button
                key={days}
                variant={isShown ? 'outlined' : 'text'}
                aria-pressed={isShown}
                title={`The newest ${days} days with readings`}
                onClick={() => onChange(lastDays(newestDay, days))}
                sx={{ minWidth: 40 }}
              >
                {days} d
              </Button>
            );
          })}
        </Box>
      )}
    </Box>
  );
}

function DayField({ label, value, error, onChange }: { label: string; value: string; error?: string | undefined; onChange: (value: string) => void }) {
  return (
    <TextField
      type="date"
      label={label}
      value={value}
      error={error !== undefined}
      helperText={error}
      onChange={({ target }) => onChange(target.value)}
      slotProps={{ inputLabel: { shrink: true } }}
      sx={{ width: 150, '& .MuiInputBase-input': { py: 0.625 } }}
    />
  );
}
