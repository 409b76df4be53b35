import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import { useId } from 'react';

interface Props<Value extends string> {
  label: string;
  value: Value;
  choices: readonly { value: Value; label: string; help: string }[];
  testId: string;
  onValue: (value: Value) => void;
}

/** One of a few, with what the chosen one means. */
export function ChoiceField<Value extends string>({ label, value, choices, testId, onValue }: Props<Value>) {
  const id = useId();
  const chosen = choices.find((choice) => choice.value === value);
  return (
    <TextField
      id={id}
      select
      fullWidth
      label={label}
      value={value}
      onChange={(event) => {
        const next = choices.find((choice) => choice.value === event.target.value);
        if (next !== undefined) onValue(next.value);
      }}
      helperText={chosen?.help ?? ' '}
      slotProps={{ htmlInput: { 'data-testid': testId } }}
      sx={{ '[data-testid="advanced-settings"] &': { mt: 1.25 } }}
    >
      {choices.map((choice) => (
        <MenuItem key={choice.value} value={choice.value}>
          {choice.label}
        </MenuItem>
      ))}
    </TextField>
  );
}
